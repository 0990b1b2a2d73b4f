package io.gantry.linux.terminal;

import io.gantry.linux.CLibrary;

/** The calls of this package. */
final class TerminalCalls {

  /** After output is written. */
  static final int TCSADRAIN = 1;

  static final long TIOCGWINSZ = 0x5413;
  static final short POLLIN = 1;
  static final int EFD_CLOEXEC = 0x80000;

  static {
    CLibrary.bind(TerminalCalls.class);
  }

  private TerminalCalls() {}

  static native int isatty(int fd);

  static native int tcgetattr(int fd, long termios);

  static native int tcsetattr(int fd, int when, long termios);

  static native void cfmakeraw(long termios);

  static native int ioctl(int fd, long request, long argument);

  static native int poll(long descriptors, long count, int timeout);

  static native long read(int fd, long buffer, long length);

  static native int eventfd(int initial, int flags);

  static native int eventfd_write(int fd, long value);

  static native int close(int fd);
}
