package io.gantry.linux.netlink;

import io.gantry.linux.CLibrary;

/**
 * The system calls of netlink. Lengths and counts are {@code size_t} and {@code ssize_t}: 64 bits
 * on every architecture the engine runs on.
 */
final class SocketCalls {

  static final int AF_NETLINK = 16;
  static final int SOCK_RAW = 3;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int SOL_NETLINK = 270;
  static final int MSG_TRUNC = 0x20;
  static final int MSG_DONTWAIT = 0x40;

  static {
    CLibrary.bind(SocketCalls.class);
  }

  private SocketCalls() {}

  static native int socket(int domain, int type, int protocol);

  static native int setsockopt(int fd, int level, int option, int[] value, int length);

  static native long send(int fd, byte[] bytes, long length, int flags);

  static native long recv(int fd, byte[] bytes, long length, int flags);

  static native int close(int fd);
}
