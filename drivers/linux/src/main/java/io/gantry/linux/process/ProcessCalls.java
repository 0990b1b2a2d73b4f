package io.gantry.linux.process;

import io.gantry.linux.CLibrary;

/**
 * The calls of this package. Those with variable arguments are declared with the ones used here.
 */
final class ProcessCalls {

  static final int CLONE_FS = 0x200;
  static final int CLONE_NEWNS = 0x20000;
  static final int MS_PRIVATE = 1 << 18;
  static final int MNT_DETACH = 2;
  static final int WNOHANG = 1;
  static final int WEXITED = 4;
  static final int WNOWAIT = 0x0100_0000;
  static final int P_ALL = 0;
  static final int PR_SET_CHILD_SUBREAPER = 36;
  static final int SYS_PIDFD_SEND_SIGNAL = 424;
  static final int SYS_PIDFD_OPEN = 434;
  static final int SYS_PIDFD_GETFD = 438;
  static final long TIOCSWINSZ = 0x5414;
  static final long PIDFD_GET_INFO = 0xC040FF0BL;
  static final short POSIX_SPAWN_SETSIGDEF = 4;
  static final short POSIX_SPAWN_SETSIGMASK = 8;
  static final short POSIX_SPAWN_SETSID = 0x80;

  static final int MFD_CLOEXEC = 1;
  static final int MFD_ALLOW_SEALING = 2;
  static final int MFD_EXEC = 0x10;
  static final int F_ADD_SEALS = 1033;

  /** F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE. */
  static final int ALL_SEALS = 0xf;

  static {
    CLibrary.bind(ProcessCalls.class);
  }

  private ProcessCalls() {}

  static native int posix_spawn(
      int[] pid, String path, long actions, long attributes, long arguments, long environment);

  static native int posix_spawn_file_actions_init(long actions);

  static native int posix_spawn_file_actions_destroy(long actions);

  static native int posix_spawn_file_actions_adddup2(long actions, int fd, int newFd);

  static native int posix_spawn_file_actions_addclose(long actions, int fd);

  static native int posix_spawn_file_actions_addopen(
      long actions, int fd, String path, int flags, int mode);

  static native int posix_spawn_file_actions_addchdir_np(long actions, String path);

  static native int posix_spawn_file_actions_addclosefrom_np(long actions, int from);

  static native int posix_spawnattr_init(long attributes);

  static native int posix_spawnattr_destroy(long attributes);

  static native int posix_spawnattr_setflags(long attributes, short flags);

  static native int posix_spawnattr_setsigmask(long attributes, long set);

  static native int posix_spawnattr_setsigdefault(long attributes, long set);

  static native int sigfillset(long set);

  static native int sigemptyset(long set);

  static native int unshare(int flags);

  static native int umask(int mask);

  static native int mount(String source, String target, long type, long flags, long data);

  static native int umount2(String target, int flags);

  static native int waitpid(int pid, int[] status, int options);

  static native int waitid(int kind, int id, long info, int options);

  static native int kill(int pid, int signal);

  static native int prctl(int option, long a, long b, long c, long d);

  static native int memfd_create(String name, int flags);

  static native int fcntl(int fd, int command, long argument);

  static native long write(int fd, long buffer, long length);

  static native int ioctl(int fd, long request, long argument);

  static native long syscall(long number, long a, long b, long c, long d);
}
