package io.gantry.linux.file;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.PlatformThread;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A file descriptor somebody owns: closed once, however often {@link #close()} is called, and never
 * inherited by programs that are started.
 */
public final class Fd implements AutoCloseable {

  /** {@code AT_FDCWD}. */
  static final int CURRENT_DIRECTORY = -100;

  private static final int CLOSED = -1;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final byte[] EMPTY_PATH = {0};
  private static final int SEEK_SET = 0;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;

  private final AtomicInteger number;
  private final String name;

  private Fd(int number, String name) {
    this.number = new AtomicInteger(number);
    this.name = name;
  }

  /**
   * Takes a descriptor over.
   *
   * @param name what messages call it
   */
  public static Fd owning(int number, String name) {
    return new Fd(number, name);
  }

  public static Fd open(String path, int flags) throws ErrnoException {
    return open(path, flags, 0);
  }

  /** Follows symbolic links: for the host's own paths, never for those a container can write to. */
  public static Fd open(String path, int flags, int mode) throws ErrnoException {
    return openAt(CURRENT_DIRECTORY, path, flags, mode, path);
  }

  static Fd openAt(int dirfd, String path, int flags, int mode, String shownAs)
      throws ErrnoException {
    int fd = LibC.openat(dirfd, FileName.toC(path), flags | OpenFlag.CLOSE_ON_EXEC, mode);
    if (fd < 0) {
      throw ErrnoException.last("open " + shownAs);
    }
    return new Fd(fd, shownAs);
  }

  /** For calls that take a descriptor. Valid until {@link #close()}. */
  public int number() {
    int n = number.get();
    if (n == CLOSED) {
      throw new IllegalStateException(name + " is closed");
    }
    return n;
  }

  /** What messages call it. */
  public String name() {
    return name;
  }

  /**
   * Where the process finds the open file, whatever happened to its name: for calls that take only
   * a path.
   */
  public String procPath() {
    return "/proc/self/fd/" + number();
  }

  public FileStat stat() throws ErrnoException {
    byte[] buffer = new byte[FileStat.BUFFER];
    check(LibC.statx(number(), EMPTY_PATH, AT_EMPTY_PATH, FileStat.MASK, buffer), "stat");
    return FileStat.parse(buffer);
  }

  /** Reads at most {@code length} bytes; 0 at the end. */
  public int read(Pointer buffer, int length) throws ErrnoException {
    while (true) {
      long n = LibC.read(number(), buffer, length);
      if (n >= 0) {
        return (int) n;
      }
      retryOrThrow("read");
    }
  }

  /** Writes all. */
  public void write(Pointer buffer, int length) throws ErrnoException {
    int done = 0;
    while (done < length) {
      long n = LibC.write(number(), done == 0 ? buffer : buffer.share(done), length - done);
      if (n < 0) {
        retryOrThrow("write");
      } else {
        done += (int) n;
      }
    }
  }

  public void seek(long position) throws ErrnoException {
    check(LibC.lseek(number(), position, SEEK_SET) < 0 ? -1 : 0, "seek");
  }

  /**
   * Where the next data at or after {@code position} begins; -1 when only a hole follows. Moves the
   * position.
   */
  public long seekData(long position) throws ErrnoException {
    return seekSparse(position, SEEK_DATA);
  }

  /**
   * Where the next hole at or after {@code position} begins; the end of the file is one. Moves the
   * position.
   */
  public long seekHole(long position) throws ErrnoException {
    return seekSparse(position, SEEK_HOLE);
  }

  private long seekSparse(long position, int whence) throws ErrnoException {
    long found = LibC.lseek(number(), position, whence);
    if (found < 0 && Native.getLastError() != Errno.ENXIO) {
      throw ErrnoException.last("seek " + name);
    }
    return found;
  }

  /** Cuts off or extends with a hole. */
  public void truncate(long size) throws ErrnoException {
    check(LibC.ftruncate(number(), size), "truncate");
  }

  public void chown(int uid, int gid) throws ErrnoException {
    check(LibC.fchown(number(), uid, gid), "chown");
  }

  public void chmod(int mode) throws ErrnoException {
    check(LibC.fchmod(number(), mode), "chmod");
  }

  /** Sets access and modification time. */
  public void setTimes(FileTimes times) throws ErrnoException {
    check(LibC.futimens(number(), times.toTimespecs()), "set times of");
  }

  /** {@code fsync(2)}; of a directory: the names in it. */
  public void sync() throws ErrnoException {
    PlatformThread.run("sync", () -> check(LibC.fsync(number()), "sync"));
  }

  /**
   * Everything written to the file system this file is on, by whomever, is on the disk afterwards.
   */
  public void syncFileSystem() throws ErrnoException {
    PlatformThread.run("sync", () -> check(LibC.syncfs(number()), "sync the file system of"));
  }

  @Override
  public void close() {
    int n = number.getAndSet(CLOSED);
    if (n != CLOSED) {
      LibC.close(n);
    }
  }

  private void check(int result, String action) throws ErrnoException {
    if (result < 0) {
      throw ErrnoException.last(action + " " + name);
    }
  }

  private void retryOrThrow(String action) throws ErrnoException {
    if (Native.getLastError() != Errno.EINTR) {
      throw ErrnoException.last(action + " " + name);
    }
  }
}
