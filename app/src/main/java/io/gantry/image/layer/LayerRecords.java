package io.gantry.image.layer;

import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.stream.Stream;

/** The files in which the layers' headers are kept ({@link TarRecorder}), one a layer. */
final class LayerRecords {

  private final Path directory;

  LayerRecords(Path directory) throws IOException {
    this.directory = Files.createDirectories(directory);
  }

  /** A new record under the name of a snapshot that is being made. */
  OutputStream create(String key) throws IOException {
    return new FileOutputStream(directory.resolve(key).toFile());
  }

  /** The record belongs to the layer from now on. */
  void keep(String key, Layer layer) throws IOException {
    Files.move(
        directory.resolve(key),
        directory.resolve(layer.snapshot()),
        StandardCopyOption.ATOMIC_MOVE);
  }

  InputStream open(Layer layer) throws IOException {
    return new FileInputStream(directory.resolve(layer.snapshot()).toFile());
  }

  boolean has(Layer layer) {
    return Files.exists(directory.resolve(layer.snapshot()));
  }

  /** Puts the layer's record on the disk. */
  void sync(Layer layer) throws IOException {
    try (FileChannel file =
        FileChannel.open(directory.resolve(layer.snapshot()), StandardOpenOption.WRITE)) {
      file.force(true);
    }
  }

  /** Puts the names of the records on the disk. */
  void syncNames() throws IOException {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  void delete(String name) {
    try {
      Files.deleteIfExists(directory.resolve(name));
    } catch (IOException e) {
      // the next start tries again
    }
  }

  /** Deletes the records of layers that are not there. */
  void deleteOthers(Set<String> snapshots) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      files
          .map(file -> file.getFileName().toString())
          .filter(name -> !snapshots.contains(name))
          .forEach(this::delete);
    }
  }
}
