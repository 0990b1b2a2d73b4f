package io.gantry.overlay2;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.InodeFlags;
import java.nio.file.Path;

/**
 * The driver's directories, held open: whatever is mounted over them later, work goes on in the
 * right ones.
 */
final class DriverDirectories implements AutoCloseable {

  static final String SNAPSHOTS = "snapshots";
  static final String KEYS = "keys";
  static final String EMPTY = "empty";
  static final String DIFF = "diff";
  static final String WORK = "work";
  private static final String TRASH = "trash";

  private final Directory root;
  private final Directory snapshots;
  private final RecordStore records;
  private final Trash trash;

  private DriverDirectories(Directory root, Directory snapshots, RecordStore records, Trash trash) {
    this.root = root;
    this.snapshots = snapshots;
    this.records = records;
    this.trash = trash;
  }

  static DriverDirectories open(Path path) throws ErrnoException {
    Directory root = Directory.open(path);
    try {
      Directory snapshots = subdirectory(root, SNAPSHOTS, 0710);
      spread(snapshots);
      subdirectory(root, EMPTY, 0755).close();
      RecordStore records = new RecordStore(subdirectory(root, KEYS, 0700));
      return new DriverDirectories(
          root, snapshots, records, new Trash(subdirectory(root, TRASH, 0700)));
    } catch (ErrnoException e) {
      root.close();
      throw e;
    }
  }

  private static Directory subdirectory(Directory root, String name, int mode)
      throws ErrnoException {
    try {
      root.makeDirectory(name, mode);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
    }
    Directory directory = root.openDirectory(name);
    directory.fd().chmod(mode);
    return directory;
  }

  /**
   * Otherwise all layers and containers crowd into one block group of ext4, where making a file
   * becomes a search.
   */
  private static void spread(Directory snapshots) {
    try {
      InodeFlags.add(snapshots.fd(), InodeFlags.TOP_DIRECTORY);
    } catch (ErrnoException e) {
      System.getLogger(DriverDirectories.class.getName())
          .log(System.Logger.Level.DEBUG, "overlay2: {0}", e.getMessage()); // not ext4
    }
  }

  Directory root() {
    return root;
  }

  Directory snapshots() {
    return snapshots;
  }

  RecordStore records() {
    return records;
  }

  Trash trash() {
    return trash;
  }

  /** Limits what will be made in a directory. */
  interface Limit {
    void set(Directory directory) throws ErrnoException;
  }

  /** Makes a snapshot's directories; the root of its files looks like the parent's. */
  void make(String id, String parentId, Limit limit) throws ErrnoException {
    snapshots.makeDirectory(id, 0710);
    try (Directory snapshot = snapshots.openDirectory(id)) {
      limit.set(snapshot);
      snapshot.makeDirectory(WORK, 0700);
      snapshot.makeDirectory(DIFF, 0755);
      try (Directory files = snapshot.openDirectory(DIFF)) {
        if (parentId.isEmpty()) {
          files.fd().chmod(0755);
          return;
        }
        try (Directory below = diff(parentId)) {
          FileStat stat = below.fd().stat();
          files.fd().chown(stat.uid(), stat.gid());
          files.fd().chmod(stat.permissions());
        }
      }
    }
  }

  /** A snapshot's own files. */
  Directory diff(String id) throws ErrnoException {
    return snapshots.openDirectoryInRoot(id + "/" + DIFF);
  }

  /** A committed snapshot needs no working directory. */
  void dropWork(String id) throws ErrnoException {
    try (Directory snapshot = snapshots.openDirectory(id)) {
      snapshot.deleteTree(WORK);
    }
  }

  @Override
  public void close() {
    trash.close();
    records.close();
    snapshots.close();
    root.close();
  }
}
