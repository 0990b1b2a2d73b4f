package io.gantry.linux.file;

import com.sun.jna.Native;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open directory and what can be done with the names in it. A name is a single component unless
 * a method says otherwise, and a symbolic link under it is never followed: the operation concerns
 * the link itself. So whoever changes the tree meanwhile cannot lead an operation out of it.
 *
 * <p>Safe for use by several threads; the owner closes it. Errors name the path by which the
 * directory was reached.
 */
public final class Directory implements AutoCloseable {

  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_REMOVEDIR = 0x200;
  private static final int RENAME_EXCHANGE = 2;
  private static final int SYS_OPENAT2 = 437;
  private static final long RESOLVE_NO_MAGICLINKS = 0x02;
  private static final long RESOLVE_IN_ROOT = 0x10;
  private static final int OPEN_DIRECTORY = OpenFlag.DIRECTORY | OpenFlag.NO_FOLLOW;
  private static final int ENTRIES_BUFFER = 32 * 1024;
  private static final int MAX_LINK = 4096;

  /** How often a lookup is begun anew that renames elsewhere have disturbed. */
  private static final int MAX_ATTEMPTS = 1000;

  private final Fd fd;

  private Directory(Fd fd) {
    this.fd = fd;
  }

  /** Opens a directory of the host, following symbolic links. */
  public static Directory open(Path path) throws ErrnoException {
    return open(path, path.toString());
  }

  /** As {@link #open(Path)}; messages call it by another name. */
  public static Directory open(Path path, String shownAs) throws ErrnoException {
    return new Directory(
        Fd.openAt(Fd.CURRENT_DIRECTORY, path.toString(), OpenFlag.DIRECTORY, 0, shownAs));
  }

  /** Takes the descriptor of a directory over. */
  public static Directory of(Fd fd) {
    return new Directory(fd);
  }

  public Fd fd() {
    return fd;
  }

  public Directory openDirectory(String name) throws ErrnoException {
    return new Directory(open(name, OPEN_DIRECTORY, 0));
  }

  /**
   * @param flags of {@link OpenFlag}; {@code NO_FOLLOW} is added
   * @param mode of a new file, less the process's umask
   */
  public Fd open(String name, int flags, int mode) throws ErrnoException {
    return Fd.openAt(fd.number(), name, flags | OpenFlag.NO_FOLLOW, mode, pathOf(name));
  }

  /**
   * Opens a path as a process sees it whose root directory this is: symbolic links in it are
   * followed, {@code ..} and absolute links never lead out, links of /proc that jump elsewhere are
   * refused ({@code openat2(2)} with {@code RESOLVE_IN_ROOT}).
   */
  public Fd openInRoot(String path, int flags, int mode) throws ErrnoException {
    byte[] how = new byte[24];
    ByteBuffer.wrap(how)
        .order(ByteOrder.nativeOrder())
        .putLong((flags | OpenFlag.CLOSE_ON_EXEC) & 0xFFFFFFFFL)
        .putLong((flags & OpenFlag.CREATE) != 0 ? mode : 0)
        .putLong(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    byte[] name = FileName.toC(path.isEmpty() ? "." : path);
    for (int attempt = 1; ; attempt++) {
      long opened = LibC.syscall(SYS_OPENAT2, fd.number(), name, how, how.length);
      if (opened >= 0) {
        return Fd.owning((int) opened, pathOf(path));
      }
      // EAGAIN: something was renamed while ".." was resolved
      if (Native.getLastError() != Errno.EAGAIN || attempt == MAX_ATTEMPTS) {
        throw ErrnoException.last("open " + pathOf(path));
      }
      Thread.onSpinWait();
    }
  }

  public Directory openDirectoryInRoot(String path) throws ErrnoException {
    return new Directory(openInRoot(path, OpenFlag.DIRECTORY, 0));
  }

  public FileStat stat(String name) throws ErrnoException {
    return find(name).orElseThrow(() -> new ErrnoException("stat " + pathOf(name), Errno.ENOENT));
  }

  /** Like {@link #stat}; empty when there is no such name. */
  public Optional<FileStat> find(String name) throws ErrnoException {
    byte[] buffer = new byte[FileStat.BUFFER];
    int result =
        LibC.statx(fd.number(), FileName.toC(name), AT_SYMLINK_NOFOLLOW, FileStat.MASK, buffer);
    if (result == 0) {
      return Optional.of(FileStat.parse(buffer));
    }
    if (Native.getLastError() == Errno.ENOENT) {
      return Optional.empty();
    }
    throw ErrnoException.last("stat " + pathOf(name));
  }

  /** All names but {@code .} and {@code ..}, in the order of the file system. */
  public List<DirectoryEntry> list() throws ErrnoException {
    List<DirectoryEntry> entries = new ArrayList<>();
    byte[] buffer = new byte[ENTRIES_BUFFER];
    ByteBuffer view = ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder());
    fd.seek(0);
    while (true) {
      int length = (int) LibC.getdents64(fd.number(), buffer, buffer.length);
      if (length < 0) {
        throw ErrnoException.last("list " + fd.name());
      }
      if (length == 0) {
        return entries;
      }
      for (int at = 0; at < length; at += view.getShort(at + 16) & 0xFFFF) {
        int end = at + 19;
        while (buffer[end] != 0) {
          end++;
        }
        String name = FileName.fromBytes(buffer, at + 19, end - at - 19);
        if (!name.equals(".") && !name.equals("..")) {
          entries.add(new DirectoryEntry(name, (buffer[at + 18] & 0xF) << 12, view.getLong(at)));
        }
      }
    }
  }

  /**
   * @param mode less the process's umask
   */
  public void makeDirectory(String name, int mode) throws ErrnoException {
    check(LibC.mkdirat(fd.number(), FileName.toC(name), mode), "make directory", name);
  }

  /**
   * @param mode type and permissions, less the process's umask
   * @param device as {@link FileStat#packDevice}
   */
  public void makeNode(String name, int mode, long device) throws ErrnoException {
    check(LibC.mknodat(fd.number(), FileName.toC(name), mode, device), "make node", name);
  }

  public void makeSymbolicLink(String name, String target) throws ErrnoException {
    check(
        LibC.symlinkat(FileName.toC(target), fd.number(), FileName.toC(name)),
        "make symbolic link",
        name);
  }

  /** Gives the file {@code existing} in {@code from} a further name in this directory. */
  public void makeLink(String name, Directory from, String existing) throws ErrnoException {
    check(
        LibC.linkat(from.fd.number(), FileName.toC(existing), fd.number(), FileName.toC(name), 0),
        "link " + from.pathOf(existing) + " to",
        name);
  }

  public String readLink(String name) throws ErrnoException {
    byte[] buffer = new byte[MAX_LINK];
    long length = LibC.readlinkat(fd.number(), FileName.toC(name), buffer, buffer.length);
    check(length < 0 ? -1 : 0, "read link", name);
    return FileName.fromBytes(buffer, 0, (int) length);
  }

  public void removeFile(String name) throws ErrnoException {
    check(LibC.unlinkat(fd.number(), FileName.toC(name), 0), "remove", name);
  }

  public void removeDirectory(String name) throws ErrnoException {
    check(LibC.unlinkat(fd.number(), FileName.toC(name), AT_REMOVEDIR), "remove directory", name);
  }

  /** Renames, taking the place of what {@code newName} was. */
  public void rename(String name, Directory to, String newName) throws ErrnoException {
    rename(name, to, newName, 0);
  }

  /** Lets two existing names trade places in one step. */
  public void exchange(String name, Directory with, String otherName) throws ErrnoException {
    rename(name, with, otherName, RENAME_EXCHANGE);
  }

  private void rename(String name, Directory to, String newName, int flags) throws ErrnoException {
    check(
        LibC.renameat2(
            fd.number(), FileName.toC(name), to.fd.number(), FileName.toC(newName), flags),
        "rename " + pathOf(name) + " to " + to.pathOf(newName) + ": rename",
        name);
  }

  public void chown(String name, int uid, int gid) throws ErrnoException {
    check(
        LibC.fchownat(fd.number(), FileName.toC(name), uid, gid, AT_SYMLINK_NOFOLLOW),
        "chown",
        name);
  }

  /** Not for symbolic links: they have no mode. */
  public void chmod(String name, int mode) throws ErrnoException {
    check(LibC.fchmodat(fd.number(), FileName.toC(name), mode, AT_SYMLINK_NOFOLLOW), "chmod", name);
  }

  public void setTimes(String name, FileTimes times) throws ErrnoException {
    check(
        LibC.utimensat(fd.number(), FileName.toC(name), times.toTimespecs(), AT_SYMLINK_NOFOLLOW),
        "set times of",
        name);
  }

  /** The extended attributes of a name; {@code "."} is the directory itself. */
  public Xattrs xattrs(String name) {
    return new Xattrs(fd.procPath() + "/" + name, pathOf(name));
  }

  /** Deletes a path of the host and all below it. That it does not exist is fine. */
  public static void deleteTree(Path path) throws ErrnoException {
    Path absolute = path.toAbsolutePath();
    try (Directory parent = open(absolute.resolveSibling(""))) {
      parent.deleteTree(String.valueOf(absolute.getFileName()));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT) {
        throw e;
      }
    }
  }

  /** Deletes a name and all below it. That it does not exist is fine. */
  public void deleteTree(String name) throws ErrnoException {
    new TreeRemoval(this).remove(name);
  }

  @Override
  public void close() {
    fd.close();
  }

  private String pathOf(String name) {
    String base = fd.name();
    return base.endsWith("/") || name.startsWith("/") ? base + name : base + "/" + name;
  }

  private void check(int result, String action, String name) throws ErrnoException {
    if (result < 0) {
      throw ErrnoException.last(action + " " + pathOf(name));
    }
  }
}
