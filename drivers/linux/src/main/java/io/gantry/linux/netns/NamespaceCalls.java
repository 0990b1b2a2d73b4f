package io.gantry.linux.netns;

import io.gantry.linux.CLibrary;
import org.jspecify.annotations.Nullable;

/** The system calls of namespaces, and of the mounts that keep them. */
final class NamespaceCalls {

  static final int CLONE_NEWNET = 0x40000000;
  static final int MS_BIND = 4096;
  static final int MNT_DETACH = 2;
  static final int UMOUNT_NOFOLLOW = 8;
  static final int O_CLOEXEC = 0x80000;

  static {
    CLibrary.bind(NamespaceCalls.class);
  }

  private NamespaceCalls() {}

  static native int unshare(int flags);

  static native int setns(int fd, int type);

  static native int open(String path, int flags);

  static native int close(int fd);

  static native int mount(
      String source, String target, @Nullable String type, long flags, @Nullable String data);

  static native int umount2(String target, int flags);
}
