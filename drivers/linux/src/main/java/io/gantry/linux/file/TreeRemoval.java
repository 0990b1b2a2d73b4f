package io.gantry.linux.file;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.PlatformThread;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Deletes a tree below an open directory, never following a link. A tree deeper than {@link
 * #MAX_DEPTH} (a container can make one of any depth) is taken apart: its deep parts are first
 * moved up next to the name that is deleted, so neither descriptors nor stack grow with the depth.
 * What is mounted in the tree is not entered: the removal fails with {@code EBUSY}.
 */
final class TreeRemoval {

  private static final int MAX_DEPTH = 100;

  private final Directory base;
  private final Deque<String> moved = new ArrayDeque<>();
  private int moves;
  private long mount;

  TreeRemoval(Directory base) {
    this.base = base;
  }

  /** On a thread of its own: it may take minutes. */
  void remove(String name) throws ErrnoException {
    PlatformThread.run("remove-tree", () -> removeAll(name));
  }

  private void removeAll(String name) throws ErrnoException {
    mount = base.fd().stat().mountId();
    removeIn(base, new DirectoryEntry(name, 0, 0), name, 0);
    while (!moved.isEmpty()) {
      String next = moved.removeFirst();
      removeIn(base, new DirectoryEntry(next, FileStat.DIRECTORY, 0), next, 0);
    }
  }

  private void removeIn(Directory parent, DirectoryEntry entry, String top, int depth)
      throws ErrnoException {
    if (entry.type() != FileStat.DIRECTORY) {
      try {
        parent.removeFile(entry.name());
        return;
      } catch (ErrnoException e) {
        if (e.errno() == Errno.ENOENT) {
          return;
        }
        if (e.errno() != Errno.EISDIR) {
          throw e;
        }
      }
    }
    if (depth > MAX_DEPTH) {
      String newName = top + ".deep" + moves++;
      parent.rename(entry.name(), base, newName);
      moved.add(newName);
      return;
    }
    try (Directory directory = parent.openDirectory(entry.name())) {
      if (directory.fd().stat().mountId() != mount) {
        throw new ErrnoException("remove " + directory.fd().name(), Errno.EBUSY);
      }
      for (DirectoryEntry child : directory.list()) {
        removeIn(directory, child, top, depth + 1);
      }
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return;
      }
      throw e;
    }
    try {
      parent.removeDirectory(entry.name());
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }
}
