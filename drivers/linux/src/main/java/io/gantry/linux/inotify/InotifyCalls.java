package io.gantry.linux.inotify;

import io.gantry.linux.CLibrary;

/** The system calls of this package. */
final class InotifyCalls {

  static final int IN_CLOEXEC = 0x80000;
  static final int IN_NONBLOCK = 0x800;

  static {
    CLibrary.bind(InotifyCalls.class);
  }

  private InotifyCalls() {}

  static native int inotify_init1(int flags);

  static native int inotify_add_watch(int fd, String path, int mask);

  static native int inotify_rm_watch(int fd, int watch);

  static native long read(int fd, long buffer, long length);
}
