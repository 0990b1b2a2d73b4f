package io.gantry.layers;

import com.sun.jna.Memory;
import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarFormatException;
import io.gantry.layers.tar.TarReader;
import io.gantry.layers.tar.TarType;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.FileTimes;
import io.gantry.linux.file.OpenFlag;
import io.gantry.linux.file.Xattrs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Makes files below a root as an archive's entries describe them. Parents are resolved within the
 * root and the last component is never followed, so nothing outside is touched whatever the archive
 * says and whoever changes the tree meanwhile. Times of directories are set at the end ({@link
 * #finish()}). For one thread.
 */
final class TreeWriter implements AutoCloseable {

  /** Fewer and larger writes: a file of 32 MiB takes a quarter less time than with half of it. */
  private static final int BUFFER = 512 * 1024;

  private static final int MAX_LINKS = 40;
  private static final int WRITE_NEW = OpenFlag.WRITE_ONLY | OpenFlag.CREATE | OpenFlag.EXCLUSIVE;

  private final Directories directories;
  private final TreePolicy policy;
  private final Map<String, FileTimes> directoryTimes = new LinkedHashMap<>();
  private final Memory buffer = new Memory(BUFFER);
  private final ByteBuffer room = buffer.getByteBuffer(0, BUFFER);
  private int linksFollowed;

  TreeWriter(Directory root, TreePolicy policy) {
    this.directories = new Directories(root, this::mayEnter);
    this.policy = policy;
  }

  private void mayEnter(Directory directory) throws ErrnoException {
    if (policy.isTabu(directory)) {
      throw new ErrnoException("write to " + directory.fd().name(), Errno.EROFS);
    }
  }

  Directories directories() {
    return directories;
  }

  /** The directory a path names, made with its parents if it is not there. */
  Directory directory(String path) throws IOException {
    try {
      return directories.get(path);
    } catch (ErrnoException e) {
      if (path.isEmpty() || (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR)) {
        throw e;
      }
    }
    EntryPath missing = new EntryPath(path);
    Directory parent = directory(missing.parent());
    String leaf = missing.leaf();
    Optional<FileStat> there = parent.find(leaf);
    boolean overWhiteout =
        there.filter(s -> policy.overlay() && Whiteouts.isOverlayWhiteout(s)).isPresent();
    if (there.isPresent() && !overWhiteout) {
      if (there.get().isSymbolicLink() && policy.makesWhatLinksName()) {
        return linked(missing, parent.readLink(leaf));
      }
      throw new ErrnoException("make directory " + path, Errno.ENOTDIR);
    }
    if (overWhiteout) {
      parent.removeFile(leaf);
    }
    parent.makeDirectory(leaf, 0755);
    if (overWhiteout) {
      parent.xattrs(leaf).set(Whiteouts.OPAQUE_XATTR, Whiteouts.OPAQUE_YES);
    }
    try (Directory made = parent.openDirectory(leaf)) {
      made.fd().chmod(0755);
      policy.madeParent(path, made).ifPresent(times -> directoryTimes.put(path, times));
    }
    return directories.get(path);
  }

  /** The directory a link names that leads to nothing yet, made within the root. */
  private Directory linked(EntryPath link, String target) throws IOException {
    if (++linksFollowed > MAX_LINKS) {
      throw new ErrnoException("make directory " + link.path(), Errno.ELOOP);
    }
    Deque<String> parts = new ArrayDeque<>();
    String from = target.startsWith("/") ? "" : link.parent();
    for (String part : (from + "/" + target).split("/")) {
      if (part.equals("..")) {
        parts.pollLast();
      } else if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    return directory(String.join("/", parts));
  }

  /** Makes one entry's file. */
  void write(EntryPath path, TarEntry entry, TarReader content) throws IOException {
    linksFollowed = 0;
    if (path.isRoot()) {
      if (entry.type() != TarType.DIRECTORY) {
        throw new TarFormatException("\"" + entry.name() + "\" is not a directory");
      }
      return; // as Docker: the directory that is written to keeps its own attributes
    }
    Directory parent = directory(path.parent());
    String leaf = path.leaf();
    switch (entry.type()) {
      case REGULAR -> regular(parent, leaf, entry, content);
      case DIRECTORY -> directory(path, parent, leaf, entry);
      case HARD_LINK -> hardLink(parent, leaf, entry);
      case SYMBOLIC_LINK -> {
        make(parent, leaf, entry, () -> parent.makeSymbolicLink(leaf, entry.linkName()));
        setAttributes(parent, leaf, entry);
      }
      case CHARACTER_DEVICE, BLOCK_DEVICE, FIFO -> {
        int type =
            switch (entry.type()) {
              case CHARACTER_DEVICE -> FileStat.CHARACTER_DEVICE;
              case BLOCK_DEVICE -> FileStat.BLOCK_DEVICE;
              default -> FileStat.FIFO;
            };
        long device = FileStat.packDevice(entry.deviceMajor(), entry.deviceMinor());
        make(parent, leaf, entry, () -> parent.makeNode(leaf, type | 0600, device));
        setAttributes(parent, leaf, entry);
      }
    }
  }

  private void regular(Directory parent, String leaf, TarEntry entry, TarReader reader)
      throws IOException {
    try (Fd fd = create(parent, leaf, entry)) {
      long[] position = {0};
      reader.content(
          room,
          (at, bytes) -> {
            if (at != position[0]) {
              fd.seek(at);
            }
            fd.write(buffer, bytes.limit());
            position[0] = at + bytes.limit();
          });
      if (position[0] != entry.size()) {
        fd.truncate(entry.size());
      }
      Owner owner = policy.owner(entry);
      fd.chown(owner.uid(), owner.gid());
      setXattrs(parent, leaf, entry);
      fd.chmod(entry.mode());
      fd.setTimes(times(entry));
    }
  }

  private Fd create(Directory parent, String leaf, TarEntry entry) throws IOException {
    try {
      return parent.open(leaf, WRITE_NEW, 0600);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      displace(parent, leaf, entry);
      return parent.open(leaf, WRITE_NEW, 0600);
    }
  }

  private void directory(EntryPath path, Directory parent, String leaf, TarEntry entry)
      throws IOException {
    boolean opaque = false;
    boolean existed = false;
    try {
      parent.makeDirectory(leaf, 0700);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      FileStat there = parent.stat(leaf);
      existed = there.isDirectory();
      if (!existed) {
        opaque = policy.overlay() && Whiteouts.isOverlayWhiteout(there);
        displace(parent, leaf, entry);
        parent.makeDirectory(leaf, 0700);
      }
    }
    if (opaque) {
      parent.xattrs(leaf).set(Whiteouts.OPAQUE_XATTR, Whiteouts.OPAQUE_YES);
    }
    try (Directory made = parent.openDirectory(leaf)) {
      if (existed && policy.isTabu(made)) {
        return;
      }
      if (existed && policy.replacesXattrs()) {
        removeXattrs(made, entry);
      }
      setDirectory(path.path(), made, entry);
    }
  }

  private void removeXattrs(Directory directory, TarEntry entry) throws IOException {
    Xattrs xattrs = directory.xattrs(".");
    for (String name : xattrs.names()) {
      boolean ofTheHost = name.equals("security.selinux");
      if (policy.takes(name) && !ofTheHost && !entry.xattrs().containsKey(name)) {
        xattrs.remove(name);
      }
    }
  }

  private void setDirectory(String path, Directory directory, TarEntry entry) throws IOException {
    Owner owner = policy.owner(entry);
    directory.fd().chown(owner.uid(), owner.gid());
    setXattrs(directory, ".", entry);
    directory.fd().chmod(entry.mode());
    directoryTimes.remove(path);
    directoryTimes.put(path, times(entry));
  }

  private void hardLink(Directory parent, String leaf, TarEntry entry) throws IOException {
    EntryPath target = EntryPath.of(entry.linkName());
    if (target.isRoot()) {
      throw new TarFormatException("\"" + entry.name() + "\" links to the root");
    }
    Directory from = directories.get(target.parent());
    if (from.find(target.leaf()).isEmpty()) {
      throw new TarFormatException(
          "\"" + entry.name() + "\" links to \"" + entry.linkName() + "\", which is not there");
    }
    if (!isSameName(from, target.leaf(), parent, leaf)) {
      make(parent, leaf, entry, () -> parent.makeLink(leaf, from, target.leaf()));
    }
  }

  /** Whether both are one name: displacing it would take the link's target away. */
  private static boolean isSameName(Directory a, String aName, Directory b, String bName)
      throws ErrnoException {
    return aName.equals(bName) && a.fd().stat().isSameFile(b.fd().stat());
  }

  /** A call that makes a name. */
  private interface Making {
    void run() throws ErrnoException;
  }

  private void make(Directory parent, String leaf, TarEntry entry, Making making)
      throws IOException {
    try {
      making.run();
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      displace(parent, leaf, entry);
      making.run();
    }
  }

  /** Makes room where something of another kind is. */
  private void displace(Directory parent, String leaf, TarEntry entry) throws IOException {
    Optional<FileStat> there = parent.find(leaf);
    if (there.isEmpty()) {
      return;
    }
    policy.mayReplace(entry, there.get());
    if (there.get().mountId() != parent.fd().stat().mountId()) {
      throw new ErrnoException("replace " + entry.name(), Errno.EBUSY);
    }
    if (there.get().isDirectory() || there.get().isSymbolicLink()) {
      directories.forget();
    }
    parent.deleteTree(leaf);
  }

  private void setAttributes(Directory parent, String leaf, TarEntry entry) throws IOException {
    Owner owner = policy.owner(entry);
    parent.chown(leaf, owner.uid(), owner.gid());
    setXattrs(parent, leaf, entry);
    if (entry.type() != TarType.SYMBOLIC_LINK) {
      parent.chmod(leaf, entry.mode());
    }
    parent.setTimes(leaf, times(entry));
  }

  private void setXattrs(Directory parent, String leaf, TarEntry entry) throws IOException {
    if (entry.xattrs().isEmpty()) {
      return;
    }
    Xattrs xattrs = parent.xattrs(leaf);
    for (Map.Entry<String, byte[]> xattr : entry.xattrs().entrySet()) {
      if (!policy.takes(xattr.getKey())) {
        continue;
      }
      try {
        xattrs.set(xattr.getKey(), xattr.getValue());
      } catch (ErrnoException e) {
        // as Docker: a file system or a confinement without them does not make the image unusable
        if (e.errno() != Errno.EOPNOTSUPP && e.errno() != Errno.EPERM) {
          throw e;
        }
      }
    }
  }

  private static FileTimes times(TarEntry entry) {
    return FileTimes.both(entry.mtime(), entry.mtimeNanos());
  }

  /** Sets the times of the directories, which making files in them has changed. */
  void finish() throws IOException {
    for (Map.Entry<String, FileTimes> time : directoryTimes.entrySet()) {
      try {
        directories.get(time.getKey()).fd().setTimes(time.getValue());
      } catch (ErrnoException e) {
        // a later entry, or somebody else, took the directory away
        if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    directories.close();
    buffer.close();
  }
}
