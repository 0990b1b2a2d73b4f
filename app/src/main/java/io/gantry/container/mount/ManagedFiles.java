package io.gantry.container.mount;

import io.gantry.error.EngineException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The files in a container that the engine writes: {@code /etc/hosts}, {@code /etc/hostname} and
 * {@code /etc/resolv.conf}.
 */
public final class ManagedFiles {

  private static final Set<PosixFilePermission> READABLE =
      PosixFilePermissions.fromString("rw-r--r--");

  private ManagedFiles() {}

  /**
   * Writes a container's files into a directory of the engine's, which is made when absent. A file
   * that a running container has mounted keeps its identity: it is written in place.
   *
   * @return the files by their place in the container
   */
  public static Map<String, Path> write(
      Path directory, String hostname, String hosts, String resolvConf) {
    Map<String, Path> files = new LinkedHashMap<>();
    files.put("/etc/hostname", write(directory, "hostname", hostname + "\n"));
    files.put("/etc/hosts", write(directory, "hosts", hosts));
    files.put("/etc/resolv.conf", write(directory, "resolv.conf", resolvConf));
    return files;
  }

  /** Writes one of them, for instance {@code hosts} after a network was connected. */
  public static Path write(Path directory, String name, String content) {
    Path file = directory.resolve(name);
    try {
      Files.createDirectories(directory);
      boolean made = !Files.exists(file, LinkOption.NOFOLLOW_LINKS);
      try (FileChannel channel =
          FileChannel.open(
              file,
              StandardOpenOption.CREATE,
              StandardOpenOption.WRITE,
              StandardOpenOption.TRUNCATE_EXISTING,
              LinkOption.NOFOLLOW_LINKS)) {
        ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      if (made) {
        Files.setPosixFilePermissions(file, READABLE);
      }
      return file;
    } catch (IOException e) {
      throw EngineException.system("cannot write " + file + ": " + e.getMessage(), e);
    }
  }
}
