package io.gantry.linux.terminal;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.ErrnoException;
import java.io.IOException;
import java.util.Optional;

/** A terminal that is open as one of this process's descriptors. Thread-safe. */
public final class UserTerminal {

  /** Larger than any libc's {@code struct termios}. */
  private static final int TERMIOS = 256;

  private static final int WINSIZE = 8;
  private static final int COLUMNS_AT = 2;

  private final int fd;

  private UserTerminal(int fd) {
    this.fd = fd;
  }

  /** The terminal behind a descriptor; empty if something else is there. */
  public static Optional<UserTerminal> at(int fd) {
    return TerminalCalls.isatty(fd) == 1 ? Optional.of(new UserTerminal(fd)) : Optional.empty();
  }

  /** How large it is, in characters. */
  public record Size(int rows, int columns) {}

  /** Its size; empty if it does not say. */
  public Optional<Size> size() {
    try (Memory size = new Memory(WINSIZE)) {
      size.clear();
      if (TerminalCalls.ioctl(fd, TerminalCalls.TIOCGWINSZ, Pointer.nativeValue(size)) != 0) {
        return Optional.empty();
      }
      Size known =
          new Size(
              Short.toUnsignedInt(size.getShort(0)),
              Short.toUnsignedInt(size.getShort(COLUMNS_AT)));
      return known.rows() == 0 && known.columns() == 0 ? Optional.empty() : Optional.of(known);
    }
  }

  /** Passes every key on as it is typed, until the returned mode is closed. */
  public RawMode raw() throws IOException {
    Memory before = new Memory(TERMIOS);
    before.clear();
    check(
        TerminalCalls.tcgetattr(fd, Pointer.nativeValue(before)), "read the mode of the terminal");
    try (Memory raw = new Memory(TERMIOS)) {
      raw.write(0, before.getByteArray(0, TERMIOS), 0, TERMIOS);
      TerminalCalls.cfmakeraw(Pointer.nativeValue(raw));
      set(raw);
    }
    return new RawMode(before);
  }

  private void set(Memory termios) throws IOException {
    check(
        TerminalCalls.tcsetattr(fd, TerminalCalls.TCSADRAIN, Pointer.nativeValue(termios)),
        "set the mode of the terminal");
  }

  private static void check(int result, String action) throws IOException {
    if (result != 0) {
      throw ErrnoException.last(action);
    }
  }

  /** The raw mode of a terminal. Closing it brings the mode before back; again has no effect. */
  public final class RawMode implements AutoCloseable {

    private final Memory before;
    private boolean over;

    private RawMode(Memory before) {
      this.before = before;
    }

    @Override
    public synchronized void close() throws IOException {
      if (!over) {
        over = true;
        try (before) {
          set(before);
        }
      }
    }
  }
}
