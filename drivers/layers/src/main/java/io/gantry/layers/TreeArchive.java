package io.gantry.layers;

import com.sun.jna.Memory;
import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarType;
import io.gantry.layers.tar.TarWriter;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.OpenFlag;
import io.gantry.linux.file.Xattrs;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes files of a tree into a tar: for export, commit, build and cp. Names in a directory come in
 * order of their bytes, so the same tree gives the same archive. Links are never followed; sockets
 * are left out, as by Docker; a file that changes its length meanwhile is cut or filled with zeros.
 * For one thread.
 */
public final class TreeArchive implements Closeable {

  private static final int BUFFER = 256 * 1024;
  private static final int READ =
      OpenFlag.READ_ONLY | OpenFlag.NON_BLOCKING | OpenFlag.NO_CONTROLLING_TTY;

  private static final int MAX_PATH = 4095;

  private final TarWriter tar;
  private final Memory memory = new Memory(BUFFER);
  private final byte[] buffer = new byte[BUFFER];
  private final Map<Inode, String> linked = new HashMap<>();

  private record Inode(long device, long number) {}

  /**
   * @param out is closed with this
   */
  public TreeArchive(OutputStream out) {
    this.tar = new TarWriter(out);
  }

  /**
   * Adds all that is in a directory, with names relative to it; not the directory itself. For
   * {@code docker export}.
   */
  public void addContent(Directory directory) throws IOException {
    addChildren(directory, "", directory.fd().stat().device());
  }

  /**
   * Adds one name of a directory and all below it.
   *
   * @param archiveName what it is called in the archive, without a slash at the end
   */
  public void addTree(Directory parent, String name, String archiveName) throws IOException {
    addTree(parent, name, archiveName, parent.fd().stat().device());
  }

  /**
   * Adds a directory and all below it.
   *
   * @param archiveName what it is called in the archive; may end with a slash
   */
  public void addDirectory(Directory directory, String archiveName) throws IOException {
    String prefix = archiveName.endsWith("/") ? archiveName : archiveName + "/";
    FileStat stat = directory.fd().stat();
    tar.entry(entry(prefix, stat, "", directory.xattrs(".")));
    if (!KernelFiles.include(directory.fd())) {
      addChildren(directory, prefix, stat.device());
    }
  }

  /** Adds one name of a directory, and nothing below it. */
  void addOne(Directory parent, String name, String archiveName) throws IOException {
    Optional<FileStat> stat = parent.find(name);
    if (stat.isPresent()) {
      add(parent, name, archiveName, stat.get(), Below.NOTHING);
    }
  }

  /** Adds an entry that stands for no file. */
  void addMarker(String archiveName) throws IOException {
    tar.entry(TarEntry.file(archiveName, 0, 0, 0));
  }

  /**
   * What is added of a directory's content: nothing, or all, told apart by the file system the
   * directory's parent is on.
   */
  private record Below(boolean all, long device) {
    static final Below NOTHING = new Below(false, 0);
  }

  private void addTree(Directory parent, String name, String archiveName, long device)
      throws IOException {
    Optional<FileStat> stat = parent.find(name);
    if (stat.isPresent()) {
      add(parent, name, archiveName, stat.get(), new Below(true, device));
    }
  }

  private void addChildren(Directory directory, String prefix, long device) throws IOException {
    if (prefix.length() > MAX_PATH) {
      throw new ErrnoException("archive " + prefix.substring(0, 64) + "...", Errno.ENAMETOOLONG);
    }
    List<String> names = new ArrayList<>();
    for (DirectoryEntry entry : directory.list()) {
      names.add(entry.name());
    }
    names.sort(null);
    for (String name : names) {
      addTree(directory, name, prefix + name, device);
    }
  }

  private void add(Directory parent, String name, String archiveName, FileStat stat, Below below)
      throws IOException {
    if (stat.type() == FileStat.SOCKET) {
      return;
    }
    try {
      if (stat.isRegular()) {
        addRegular(parent, name, archiveName, stat);
      } else if (stat.isDirectory()) {
        addDirectory(parent, name, archiveName, below);
      } else if (!addedAsLink(archiveName, stat)) {
        String target = stat.isSymbolicLink() ? parent.readLink(name) : "";
        tar.entry(entry(archiveName, stat, target, parent.xattrs(name)));
      }
    } catch (ErrnoException e) {
      // it went away between being listed and being read: then it is not in the archive
      if (e.errno() != Errno.ENOENT && e.errno() != Errno.ELOOP) {
        throw e;
      }
    }
  }

  private void addDirectory(Directory parent, String name, String archiveName, Below below)
      throws IOException {
    try (Directory directory = parent.openDirectory(name)) {
      FileStat stat = directory.fd().stat();
      tar.entry(entry(archiveName + "/", stat, "", directory.xattrs(".")));
      if (below.all()
          && (stat.device() == below.device() || !KernelFiles.include(directory.fd()))) {
        addChildren(directory, archiveName + "/", stat.device());
      }
    }
  }

  private void addRegular(Directory parent, String name, String archiveName, FileStat listed)
      throws IOException {
    if (addedAsLink(archiveName, listed)) {
      return;
    }
    try (Fd fd = parent.open(name, READ, 0)) {
      FileStat stat = fd.stat();
      if (!stat.isRegular()) {
        return; // replaced meanwhile
      }
      tar.entry(entry(archiveName, stat, "", parent.xattrs(name)));
      copy(fd, stat);
    }
  }

  /** Holes are not read, only written as zeros. */
  private void copy(Fd fd, FileStat stat) throws IOException {
    boolean sparse = stat.blocks() * 512 < stat.size();
    long position = 0;
    while (position < stat.size()) {
      long end = stat.size();
      if (sparse) {
        long data = fd.seekData(position);
        data = data < 0 ? stat.size() : Math.min(data, stat.size());
        tar.zeros(data - position);
        position = data;
        end = position == stat.size() ? end : Math.min(fd.seekHole(position), end);
        fd.seek(position);
      }
      while (position < end) {
        int n = fd.read(memory, (int) Math.min(BUFFER, end - position));
        if (n == 0) {
          tar.zeros(tar.missing());
          return;
        }
        memory.read(0, buffer, 0, n);
        tar.content(buffer, 0, n);
        position += n;
      }
    }
  }

  private boolean addedAsLink(String archiveName, FileStat stat) throws IOException {
    if (stat.links() < 2) {
      return false;
    }
    String first = linked.putIfAbsent(new Inode(stat.device(), stat.inode()), archiveName);
    if (first == null) {
      return false;
    }
    tar.entry(
        new TarEntry(
            archiveName,
            TarType.HARD_LINK,
            stat.permissions(),
            stat.uid(),
            stat.gid(),
            0,
            stat.mtime(),
            stat.mtimeNanos(),
            first,
            0,
            0,
            Map.of()));
    return true;
  }

  private static TarEntry entry(String archiveName, FileStat stat, String linkTarget, Xattrs xattrs)
      throws IOException {
    TarType type =
        switch (stat.type()) {
          case FileStat.REGULAR -> TarType.REGULAR;
          case FileStat.DIRECTORY -> TarType.DIRECTORY;
          case FileStat.SYMBOLIC_LINK -> TarType.SYMBOLIC_LINK;
          case FileStat.CHARACTER_DEVICE -> TarType.CHARACTER_DEVICE;
          case FileStat.BLOCK_DEVICE -> TarType.BLOCK_DEVICE;
          case FileStat.FIFO -> TarType.FIFO;
          default -> throw new IOException(archiveName + ": unknown type of file");
        };
    return new TarEntry(
        archiveName,
        type,
        stat.permissions(),
        stat.uid(),
        stat.gid(),
        type == TarType.REGULAR ? stat.size() : 0,
        stat.mtime(),
        stat.mtimeNanos(),
        linkTarget,
        FileStat.major(stat.rdev()),
        FileStat.minor(stat.rdev()),
        attributes(xattrs));
  }

  /**
   * What belongs to the file rather than to the host: not overlayfs's own, not the labels of
   * SELinux, which each host gives anew.
   */
  private static Map<String, byte[]> attributes(Xattrs xattrs) throws IOException {
    List<String> names = xattrs.names();
    if (names.isEmpty()) {
      return Map.of();
    }
    Map<String, byte[]> attributes = new HashMap<>();
    for (String name : names) {
      if (!name.startsWith("trusted.")
          && !name.startsWith("user.overlay.")
          && !name.equals("security.selinux")) {
        xattrs.get(name).ifPresent(value -> attributes.put(name, value));
      }
    }
    return attributes;
  }

  @Override
  public void close() throws IOException {
    memory.close();
    tar.close();
  }
}
