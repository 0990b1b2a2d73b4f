package io.gantry.linux.file;

import com.sun.jna.Pointer;
import io.gantry.linux.CLibrary;

/**
 * The C library's file calls, unchecked. Names are NUL-terminated byte arrays ({@link
 * FileName#toC}); {@code long}, {@code off_t} and {@code size_t} have 64 bits on all machines the
 * engine runs on.
 */
final class LibC {

  static {
    CLibrary.bind(LibC.class);
  }

  private LibC() {}

  static native long syscall(long number, int dirfd, byte[] path, byte[] how, long size);

  /** {@code quotactl_fd}. */
  static native long syscall(long number, long fd, long command, long id, byte[] quota);

  static native int quotactl(int command, byte[] device, int id, byte[] quota);

  /** {@code ioctl} with a structure. */
  static native int ioctl(int fd, long request, byte[] structure);

  static native int openat(int dirfd, byte[] path, int flags, int mode);

  static native int close(int fd);

  static native long read(int fd, Pointer buffer, long count);

  static native long write(int fd, Pointer buffer, long count);

  static native long lseek(int fd, long offset, int whence);

  static native int ftruncate(int fd, long length);

  static native int fsync(int fd);

  static native int syncfs(int fd);

  static native int fchown(int fd, int uid, int gid);

  static native int fchmod(int fd, int mode);

  static native int futimens(int fd, long[] times);

  static native int statx(int dirfd, byte[] path, int flags, int mask, byte[] buffer);

  static native int mkdirat(int dirfd, byte[] path, int mode);

  static native int mknodat(int dirfd, byte[] path, int mode, long device);

  static native int symlinkat(byte[] target, int dirfd, byte[] path);

  static native int linkat(int oldDirfd, byte[] oldPath, int newDirfd, byte[] newPath, int flags);

  static native int unlinkat(int dirfd, byte[] path, int flags);

  static native int renameat2(
      int oldDirfd, byte[] oldPath, int newDirfd, byte[] newPath, int flags);

  static native int fchownat(int dirfd, byte[] path, int uid, int gid, int flags);

  static native int fchmodat(int dirfd, byte[] path, int mode, int flags);

  static native int utimensat(int dirfd, byte[] path, long[] times, int flags);

  static native long readlinkat(int dirfd, byte[] path, byte[] buffer, long size);

  static native long getdents64(int fd, byte[] buffer, long size);

  static native int lsetxattr(byte[] path, byte[] name, byte[] value, long size, int flags);

  static native int lremovexattr(byte[] path, byte[] name);

  static native long lgetxattr(byte[] path, byte[] name, byte[] value, long size);

  static native long llistxattr(byte[] path, byte[] list, long size);

  static native int statfs(byte[] path, byte[] buffer);
}
