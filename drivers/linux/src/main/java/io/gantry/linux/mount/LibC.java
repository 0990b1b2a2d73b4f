package io.gantry.linux.mount;

import io.gantry.linux.CLibrary;
import org.jspecify.annotations.Nullable;

/**
 * The C library's mount calls, unchecked. Strings are NUL-terminated bytes; null where C takes
 * NULL.
 */
final class LibC {

  static {
    CLibrary.bind(LibC.class);
  }

  private LibC() {}

  static native int mount(
      byte @Nullable [] source,
      byte[] target,
      byte @Nullable [] type,
      long flags,
      byte @Nullable [] data);

  static native int umount2(byte[] target, int flags);

  static native int statx(int dirfd, byte[] path, int flags, int mask, byte[] buffer);

  /** {@code fsopen}. */
  static native long syscall(long number, byte[] name, long flags);

  /** {@code open_tree}. */
  static native long syscall(long number, long dirfd, byte[] path, long flags);

  /** {@code fsmount}. */
  static native long syscall(long number, long fd, long flags, long attributes);

  /** {@code fsconfig}. */
  static native long syscall(
      long number,
      long fd,
      long command,
      byte @Nullable [] key,
      byte @Nullable [] value,
      long auxiliary);

  /** {@code move_mount}. */
  static native long syscall(
      long number, long fromFd, byte[] fromPath, long toFd, byte[] toPath, long flags);

  /** {@code mount_setattr}. */
  static native long syscall(
      long number, long dirfd, byte[] path, long flags, long[] attributes, long size);

  static native int unshare(int flags);

  static native int chdir(byte[] path);

  static native long read(int fd, byte[] buffer, long size);
}
