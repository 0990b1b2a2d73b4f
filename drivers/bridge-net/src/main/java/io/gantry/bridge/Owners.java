package io.gantry.bridge;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who made the bridges and firewall chains of this host: a file for each engine, named after its
 * id, in which the directory of its driver's records stands. The files live as long as what they
 * tell of, until the host is booted. An engine whose records are gone cannot come back for what it
 * left in the kernel, so another may take that away.
 */
final class Owners {

  /** One for all engines of the host, whatever their roots. */
  static final Path DIRECTORY = Path.of("/run/gantry-networks");

  private final Path directory;

  Owners(Path directory) {
    this.directory = directory;
  }

  /**
   * Says where the engine keeps its records.
   *
   * @param records a directory that exists as long as the engine does
   */
  void claim(String instance, Path records) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Path written = directory.resolve("." + instance);
    Files.writeString(written, records.toAbsolutePath().toString());
    Files.move(written, file(instance), StandardCopyOption.ATOMIC_MOVE);
  }

  /** The engines whose records are gone. */
  List<String> gone() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<String> gone = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        String instance = file.getFileName().toString();
        if (!instance.startsWith(".") && isGone(file)) {
          gone.add(instance);
        }
      }
    }
    return gone;
  }

  private static boolean isGone(Path file) throws IOException {
    try {
      return !Files.exists(Path.of(Files.readString(file)));
    } catch (NoSuchFileException e) {
      return false; // another engine has just cleaned up
    }
  }

  /** To be called when nothing of the engine is in the kernel any more. */
  void forget(String instance) throws IOException {
    Files.deleteIfExists(file(instance));
  }

  private Path file(String instance) {
    return directory.resolve(instance);
  }
}
