package io.gantry.overlay2;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.FileStat;
import io.gantry.plugins.storage.SnapshotKind;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Brings records and directories in line when the driver is opened: what a killed call left
 * half-done is undone or finished, and what a power cut may have left incomplete is taken away.
 */
final class Recovery {

  private static final Logger LOG = System.getLogger(Recovery.class.getName());

  private final RecordStore store;
  private final Directory snapshots;
  private final Trash trash;
  private final String boot;

  Recovery(RecordStore store, Directory snapshots, Trash trash, String boot) {
    this.store = store;
    this.snapshots = snapshots;
    this.trash = trash;
    this.boot = boot;
  }

  Index recover() throws ErrnoException {
    Map<String, SnapshotRecord> kept = new HashMap<>();
    Set<String> directories = directories();
    for (SnapshotRecord record : store.load()) {
      if (!record.isSynced() && !record.boot().equals(boot)) {
        drop(record, "it was not synced before the machine went down");
      } else if (record.hasDirectory() && !directories.contains(record.id())) {
        drop(record, "its directory is gone");
      } else {
        keep(record, kept);
      }
    }
    boolean dropped;
    do {
      dropped = dropOrphan(kept);
    } while (dropped);
    for (String directory : directories) {
      if (!kept.containsKey(directory)) {
        trash.take(snapshots, directory);
      }
    }
    Index index = new Index();
    kept.values().forEach(index::add);
    return index;
  }

  /** Two records of one directory: a commit was cut off after it had happened. */
  private void keep(SnapshotRecord record, Map<String, SnapshotRecord> kept) throws ErrnoException {
    SnapshotRecord other = kept.putIfAbsent(record.id(), record);
    if (other == null) {
      return;
    }
    boolean otherIsCommitted = other.kind() == SnapshotKind.COMMITTED;
    kept.put(record.id(), otherIsCommitted ? other : record);
    store.delete(otherIsCommitted ? record.key() : other.key());
  }

  private boolean dropOrphan(Map<String, SnapshotRecord> kept) throws ErrnoException {
    for (SnapshotRecord record : List.copyOf(kept.values())) {
      if (!record.parentId().isEmpty() && !kept.containsKey(record.parentId())) {
        drop(record, "its parent is gone");
        kept.remove(record.id());
        return true;
      }
    }
    return false;
  }

  private void drop(SnapshotRecord record, String reason) throws ErrnoException {
    LOG.log(Level.WARNING, "overlay2: snapshot {0} is dropped: {1}", record.key(), reason);
    store.delete(record.key());
  }

  private Set<String> directories() throws ErrnoException {
    Set<String> directories = new HashSet<>();
    for (DirectoryEntry entry : snapshots.list()) {
      if (entry.type() == FileStat.DIRECTORY) {
        directories.add(entry.name());
      }
    }
    return directories;
  }
}
