package io.gantry.linux.socket;

import io.gantry.linux.CLibrary;

/** The system calls of this package. */
final class SocketCalls {

  static final int AF_UNIX = 1;
  static final int SOCK_SEQPACKET = 5;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int SOCK_NONBLOCK = 0x800;
  static final int MSG_NOSIGNAL = 0x4000;
  static final int SHUT_WR = 1;
  static final int SHUT_RDWR = 2;
  static final int O_PATH = 0x200000;
  static final int O_CLOEXEC = 0x80000;

  static {
    CLibrary.bind(SocketCalls.class);
  }

  private SocketCalls() {}

  static native int open(String path, int flags, int mode);

  static native int socket(int domain, int type, int protocol);

  static native int connect(int fd, long address, int length);

  static native long recv(int fd, long buffer, long length, int flags);

  static native long send(int fd, long buffer, long length, int flags);

  static native int shutdown(int fd, int how);
}
