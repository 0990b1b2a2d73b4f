package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The files of an archive in a directory of their own, under numbers: names from outside are only
 * keys of a map. Deleted when closed.
 */
final class SpooledArchive implements AutoCloseable {

  private static final int ROOM = 256 * 1024;
  private static final int MAX_FILES = 20_000;
  private static final int MAX_LINKS = 16;
  private static final int MAX_DOCUMENT = 4 * 1024 * 1024;

  private final Path directory;
  private final ByteBuffer room = ByteBuffer.allocateDirect(ROOM);
  private final Map<String, Path> files = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();

  /** Files and links, also those that were replaced by later ones. */
  private int kept;

  private SpooledArchive(Path directory) {
    this.directory = directory;
  }

  /** Reads the whole archive. */
  static SpooledArchive read(InputStream tar, Path parent) throws IOException {
    Files.createDirectories(parent);
    SpooledArchive archive = new SpooledArchive(Files.createTempDirectory(parent, "load-"));
    try {
      archive.fill(new TarReader(tar));
      return archive;
    } catch (IOException | RuntimeException e) {
      archive.close();
      throw e;
    }
  }

  private void fill(TarReader tar) throws IOException {
    for (Optional<TarEntry> next = tar.next(); next.isPresent(); next = tar.next()) {
      TarEntry entry = next.get();
      String name = clean(entry.name());
      if (kept >= MAX_FILES) {
        throw EngineException.invalid("archive has more than " + MAX_FILES + " files");
      }
      switch (entry.type()) {
        case REGULAR -> {
          // a name that comes again means the later file, as tar -r makes it
          Path file = directory.resolve(Integer.toString(kept++));
          write(tar, file);
          Path before = files.put(name, file);
          if (before != null) {
            Files.delete(before);
          }
        }
        case SYMBOLIC_LINK -> link(name, parent(name) + "/" + entry.linkName());
        case HARD_LINK -> link(name, entry.linkName());
        default -> {}
      }
    }
  }

  private void link(String name, String target) {
    links.put(name, clean(target));
    kept++;
  }

  private void write(TarReader tar, Path file) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      tar.content(
          room,
          (position, bytes) -> {
            long at = position;
            while (bytes.hasRemaining()) {
              at += out.write(bytes, at);
            }
          });
    }
  }

  private static String parent(String name) {
    int slash = name.lastIndexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  /** Without {@code .}, {@code ..} and superfluous slashes; never leads out. */
  private static String clean(String name) {
    List<String> parts = new ArrayList<>();
    for (String part : name.split("/")) {
      if (part.equals("..")) {
        if (!parts.isEmpty()) {
          parts.removeLast();
        }
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.add(part);
      }
    }
    return String.join("/", parts);
  }

  boolean has(String name) {
    return find(name).isPresent();
  }

  private Optional<Path> find(String name) {
    String at = clean(name);
    for (int i = 0; i < MAX_LINKS; i++) {
      Path file = files.get(at);
      if (file != null) {
        return Optional.of(file);
      }
      String next = links.get(at);
      if (next == null) {
        return Optional.empty();
      }
      at = next;
    }
    return Optional.empty();
  }

  /**
   * A file of the archive.
   *
   * @throws EngineException INVALID when it is not there
   */
  Path file(String name) {
    return find(name)
        .orElseThrow(() -> EngineException.invalid("open " + name + ": no such file or directory"));
  }

  /** A small file, whole. */
  byte[] document(String name) throws IOException {
    Path file = file(name);
    if (Files.size(file) > MAX_DOCUMENT) {
      throw EngineException.invalid(name + " is larger than " + MAX_DOCUMENT + " bytes");
    }
    return Files.readAllBytes(file);
  }

  @Override
  public void close() throws IOException {
    deleteDirectory(directory);
  }

  /** Deletes a directory that holds files only. */
  static void deleteDirectory(Path directory) throws IOException {
    try (Stream<Path> inside = Files.list(directory)) {
      for (Path file : inside.toList()) {
        Files.deleteIfExists(file);
      }
    }
    Files.deleteIfExists(directory);
  }

  /** Deletes what loads that were cut off left. */
  static void sweep(Path parent) throws IOException {
    Files.createDirectories(parent);
    try (Stream<Path> inside = Files.list(parent)) {
      for (Path old : inside.toList()) {
        if (Files.isDirectory(old)) {
          deleteDirectory(old);
        } else {
          Files.deleteIfExists(old);
        }
      }
    }
  }
}
