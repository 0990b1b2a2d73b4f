package io.gantry.overlay2;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.FileStat;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The records on the disk: one symbolic link each, named after the hash of the key, whose target is
 * the record's text. The file system makes name and content of a link in one journaled step, so a
 * record is there as a whole or not at all, with one system call and nothing to sync; and {@code ls
 * -l} shows them all.
 */
final class RecordStore implements AutoCloseable {

  private static final String NEW = ".new-";

  private final Directory directory;

  RecordStore(Directory directory) {
    this.directory = directory;
  }

  /** All records; what a killed replacement left over is cleared away. */
  List<SnapshotRecord> load() throws ErrnoException {
    List<SnapshotRecord> records = new ArrayList<>();
    for (DirectoryEntry entry : directory.list()) {
      if (entry.name().startsWith(NEW)) {
        directory.deleteTree(entry.name());
        continue;
      }
      if (entry.type() == FileStat.SYMBOLIC_LINK) {
        SnapshotRecord.parse(directory.readLink(entry.name())).ifPresent(records::add);
      }
    }
    return records;
  }

  /** Fails with {@code EEXIST} when there is one for the key. */
  void create(SnapshotRecord record) throws ErrnoException {
    directory.makeSymbolicLink(name(record.key()), record.format());
  }

  void replace(SnapshotRecord record) throws ErrnoException {
    String name = name(record.key());
    directory.makeSymbolicLink(NEW + name, record.format());
    directory.rename(NEW + name, directory, name);
  }

  /** That there is none is fine. */
  void delete(String key) throws ErrnoException {
    try {
      directory.removeFile(name(key));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  private static String name(String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  @Override
  public void close() {
    directory.close();
  }
}
