package io.gantry.linux.poll;

import io.gantry.linux.CLibrary;

/**
 * The system calls of this package. The ones with variable arguments are declared with those used
 * here.
 */
final class PollCalls {

  static final int EPOLL_CLOEXEC = 0x80000;
  static final int EPOLL_CTL_ADD = 1;
  static final int EPOLL_CTL_DEL = 2;
  static final int EPOLL_CTL_MOD = 3;
  static final int EPOLLIN = 1;
  static final int EPOLLOUT = 4;
  static final int EPOLLERR = 8;
  static final int EPOLLHUP = 0x10;
  static final int EPOLLRDHUP = 0x2000;
  static final int EPOLLONESHOT = 1 << 30;
  static final int EFD_CLOEXEC = 0x80000;
  static final int EFD_NONBLOCK = 0x800;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;
  static final int O_RDONLY = 0;
  static final int O_WRONLY = 1;
  static final int O_CREAT = 0x40;
  static final int O_TRUNC = 0x200;
  static final long FIONREAD = 0x541B;
  static final int F_GETFL = 3;
  static final int F_SETFL = 4;
  static final int F_DUPFD_CLOEXEC = 1030;

  static {
    CLibrary.bind(PollCalls.class);
  }

  private PollCalls() {}

  static native int open(String path, int flags, int mode);

  static native int close(int fd);

  static native int pipe2(int[] ends, int flags);

  static native int fcntl(int fd, int command, long argument);

  static native int ioctl(int fd, long request, int[] result);

  static native int eventfd(int initial, int flags);

  static native long read(int fd, long buffer, long length);

  static native long write(int fd, long buffer, long length);

  static native int epoll_create1(int flags);

  static native int epoll_ctl(int epoll, int operation, int fd, long event);

  static native int epoll_wait(int epoll, long events, int count, int timeout);
}
