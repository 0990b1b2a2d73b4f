package io.gantry.container.mount;

import com.sun.jna.Memory;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.FileTimes;
import io.gantry.linux.file.OpenFlag;
import io.gantry.linux.file.Xattrs;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Copies what is in one directory into another, empty one: owners, modes, times, extended
 * attributes, links, devices and holes. Works on open directories and follows no link on either
 * side, so whoever changes either tree meanwhile cannot make it read or write elsewhere. For one
 * thread.
 */
final class TreeCopy implements AutoCloseable {

  private static final int BUFFER = 256 << 10;
  private static final int MAX_DEPTH = 500;
  private static final int WRITE_NEW = OpenFlag.WRITE_ONLY | OpenFlag.CREATE | OpenFlag.EXCLUSIVE;

  private final Directory target;
  private final Memory buffer = new Memory(BUFFER);

  /** Files with several names: by inode, the path of the first copy. */
  private final Map<Long, List<String>> linked = new HashMap<>();

  private final List<String> path = new ArrayList<>();

  /**
   * @param target stays open
   */
  TreeCopy(Directory target) {
    this.target = target;
  }

  /** Copies all below the source, and the source's own attributes to the target. */
  void copy(Directory source) throws ErrnoException {
    copyInto(source, target);
    FileStat stat = source.fd().stat();
    copyAttributes(source.xattrs("."), target.xattrs("."));
    target.fd().chown(stat.uid(), stat.gid());
    target.fd().chmod(stat.permissions());
    target.fd().setTimes(FileTimes.both(stat.mtime(), stat.mtimeNanos()));
  }

  private void copyInto(Directory from, Directory to) throws ErrnoException {
    if (path.size() > MAX_DEPTH) {
      throw new ErrnoException("copy " + String.join("/", path), Errno.ENAMETOOLONG);
    }
    for (DirectoryEntry entry : from.list()) {
      path.add(entry.name());
      copyEntry(from, to, entry.name());
      path.removeLast();
    }
  }

  private void copyEntry(Directory from, Directory to, String name) throws ErrnoException {
    FileStat stat = from.stat(name);
    if (stat.isDirectory()) {
      copyDirectory(from, to, name, stat);
      return;
    }
    if (stat.links() > 1) {
      List<String> first = linked.putIfAbsent(stat.inode(), List.copyOf(path));
      if (first != null) {
        link(to, name, first);
        return;
      }
    }
    switch (stat.type()) {
      case FileStat.REGULAR -> copyFile(from, to, name, stat);
      case FileStat.SYMBOLIC_LINK -> {
        to.makeSymbolicLink(name, from.readLink(name));
        setAttributes(from, to, name, stat);
      }
      case FileStat.CHARACTER_DEVICE, FileStat.BLOCK_DEVICE, FileStat.FIFO -> {
        to.makeNode(name, stat.type() | 0600, stat.rdev());
        setAttributes(from, to, name, stat);
      }
      default -> {
        // a socket is nothing without its process
      }
    }
  }

  private void copyDirectory(Directory from, Directory to, String name, FileStat stat)
      throws ErrnoException {
    to.makeDirectory(name, 0700);
    try (Directory source = from.openDirectory(name);
        Directory copy = to.openDirectory(name)) {
      copyInto(source, copy);
    }
    setAttributes(from, to, name, stat);
  }

  /** Another name for a copy that was made before. */
  private void link(Directory to, String name, List<String> first) throws ErrnoException {
    List<Directory> opened = new ArrayList<>();
    try {
      Directory parent = target;
      for (String component : first.subList(0, first.size() - 1)) {
        parent = parent.openDirectory(component);
        opened.add(parent);
      }
      to.makeLink(name, parent, first.getLast());
    } finally {
      opened.forEach(Directory::close);
    }
  }

  private void copyFile(Directory from, Directory to, String name, FileStat stat)
      throws ErrnoException {
    try (Fd source = from.open(name, OpenFlag.READ_ONLY | OpenFlag.NON_BLOCKING, 0);
        Fd copy = to.open(name, WRITE_NEW, 0600)) {
      copyContent(source, copy, stat);
      copy.chown(stat.uid(), stat.gid());
      copyAttributes(from.xattrs(name), to.xattrs(name));
      copy.chmod(stat.permissions());
      copy.setTimes(FileTimes.both(stat.mtime(), stat.mtimeNanos()));
    }
  }

  private void copyContent(Fd source, Fd copy, FileStat stat) throws ErrnoException {
    if (stat.blocks() * 512 >= stat.size()) {
      copyRange(source, copy, Long.MAX_VALUE);
      return;
    }
    copy.truncate(stat.size());
    long data = source.seekData(0);
    while (data >= 0 && data < stat.size()) {
      long hole = source.seekHole(data);
      source.seek(data);
      copy.seek(data);
      copyRange(source, copy, hole - data);
      data = source.seekData(hole);
    }
  }

  private void copyRange(Fd source, Fd copy, long length) throws ErrnoException {
    long left = length;
    while (left > 0) {
      int n = source.read(buffer, (int) Math.min(BUFFER, left));
      if (n == 0) {
        return;
      }
      copy.write(buffer, n);
      left -= n;
    }
  }

  private static void setAttributes(Directory from, Directory to, String name, FileStat stat)
      throws ErrnoException {
    to.chown(name, stat.uid(), stat.gid());
    copyAttributes(from.xattrs(name), to.xattrs(name));
    if (!stat.isSymbolicLink()) {
      to.chmod(name, stat.permissions());
    }
    to.setTimes(name, FileTimes.both(stat.mtime(), stat.mtimeNanos()));
  }

  private static void copyAttributes(Xattrs from, Xattrs to) throws ErrnoException {
    for (String name : from.names()) {
      if (name.startsWith("trusted.overlay.") || name.startsWith("system.")) {
        continue;
      }
      var value = from.get(name);
      if (value.isPresent()) {
        try {
          to.set(name, value.get());
        } catch (ErrnoException e) {
          if (e.errno() != Errno.EOPNOTSUPP) {
            throw e;
          }
        }
      }
    }
  }

  @Override
  public void close() {
    buffer.close();
  }
}
