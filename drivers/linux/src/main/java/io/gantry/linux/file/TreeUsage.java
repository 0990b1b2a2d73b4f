package io.gantry.linux.file;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.PlatformThread;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * How large a tree is; other file systems mounted in it are left out. What appears or goes away
 * during the walk may be counted or not.
 *
 * @param bytes the lengths of its files and symbolic links; directories have none
 * @param inodes a file with several names counts once
 */
public record TreeUsage(long bytes, long inodes) {

  /** The directory itself counts too. On a thread of its own: it may take minutes. */
  public static TreeUsage of(Directory directory) throws ErrnoException {
    return PlatformThread.call("tree-usage", () -> count(directory));
  }

  private static TreeUsage count(Directory directory) throws ErrnoException {
    Walk walk = new Walk(directory.fd().stat().device());
    walk.add(directory, 0);
    return new TreeUsage(walk.bytes, walk.inodes);
  }

  private static final class Walk {
    private static final int MAX_DEPTH = 2048;

    private final long device;
    private final Set<Long> linked = new HashSet<>();
    private long bytes;
    private long inodes;

    Walk(long device) {
      this.device = device;
    }

    void add(Directory directory, int depth) throws ErrnoException {
      if (depth > MAX_DEPTH) {
        throw new ErrnoException("walk over " + directory.fd().name(), Errno.ENAMETOOLONG);
      }
      count(directory.fd().stat());
      for (DirectoryEntry entry : directory.list()) {
        Optional<FileStat> stat = directory.find(entry.name()).filter(s -> s.device() == device);
        if (stat.isEmpty()) {
          continue;
        }
        if (!stat.get().isDirectory()) {
          count(stat.get());
          continue;
        }
        try (Directory below = directory.openDirectory(entry.name())) {
          add(below, depth + 1);
        } catch (ErrnoException e) {
          if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
            throw e;
          }
        }
      }
    }

    private void count(FileStat stat) {
      if (stat.isDirectory() || stat.links() < 2 || linked.add(stat.inode())) {
        bytes += stat.isDirectory() ? 0 : stat.size();
        inodes++;
      }
    }
  }
}
