package io.gantry.bridge;

import io.gantry.linux.file.WholeFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
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
    WholeFile.replace(
        file(instance), records.toAbsolutePath().toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The engines whose records are gone. */
  List<String> gone() throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    List<String> gone = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (!WholeFile.isDraft(file) && isGone(file)) {
          gone.add(file.getFileName().toString());
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
