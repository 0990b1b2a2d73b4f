package io.gantry.container.exec;

import io.gantry.container.record.ExecConfig;
import io.gantry.linux.file.WholeFile;
import io.gantry.store.RecordJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of execs, a file each, for a daemon that comes later. The directory is emptied by a
 * reboot, which ends the processes too, so nothing is forced to a disk. Files are replaced whole;
 * one that cannot be written costs only what the next daemon would have known. An exec's
 * environment may hold secrets: the directory is root's alone.
 */
final class ExecRecords {

  private static final Logger log = LoggerFactory.getLogger(ExecRecords.class);

  /**
   * An exec.
   *
   * @param probe whether it is a health check, which no later daemon waits for
   * @param exitCode null until it has ended
   * @param ended when; null until then
   */
  record Entry(
      String id,
      String containerId,
      ExecConfig config,
      boolean probe,
      @Nullable Integer exitCode,
      @Nullable Instant ended) {}

  private final Path directory;

  ExecRecords(Path directory) {
    this.directory = directory;
  }

  void write(Entry entry) {
    try {
      WholeFile.replace(
          directory.resolve(entry.id()), RecordJson.write(entry).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      log.warn("exec {} will not be known to a later daemon: {}", entry.id(), e.getMessage());
    }
  }

  void delete(String id) {
    try {
      Files.deleteIfExists(directory.resolve(id));
    } catch (IOException e) {
      log.warn("the record of exec {} stays: {}", id, e.getMessage());
    }
  }

  /** All that earlier daemons wrote; what cannot be read is deleted. */
  List<Entry> all() {
    List<Entry> all = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      return all;
    }
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        read(file).ifPresentOrElse(all::add, () -> delete(file.getFileName().toString()));
      }
    } catch (IOException e) {
      log.warn("the execs of the last run are not known: {}", e.getMessage());
    }
    return all;
  }

  private static Optional<Entry> read(Path file) throws IOException {
    if (WholeFile.isDraft(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(RecordJson.read(Files.readString(file), Entry.class));
    } catch (RuntimeException e) {
      log.warn("the record of exec {} is damaged", file.getFileName(), e);
      return Optional.empty();
    }
  }
}
