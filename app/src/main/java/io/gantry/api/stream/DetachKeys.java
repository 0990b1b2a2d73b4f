package io.gantry.api.stream;

import java.util.Optional;

/**
 * The keys that leave a terminal and let the process go on, for instance {@code ctrl-p,ctrl-q}.
 *
 * @param sequence what the terminal sends for them; empty for none
 */
public record DetachKeys(byte[] sequence) {

  private static final String CTRL = "ctrl-";

  /** What Docker takes when nobody says otherwise: ctrl-p, ctrl-q. */
  public static final DetachKeys DEFAULT = new DetachKeys(new byte[] {16, 17});

  /** Reads a list of characters and {@code ctrl-} characters; empty when it is none. */
  public static Optional<DetachKeys> parse(String text) {
    if (text.isEmpty()) {
      return Optional.of(DEFAULT);
    }
    String[] keys = text.split(",", -1);
    byte[] sequence = new byte[keys.length];
    for (int i = 0; i < keys.length; i++) {
      int code = code(keys[i]);
      if (code < 0) {
        return Optional.empty();
      }
      sequence[i] = (byte) code;
    }
    return Optional.of(new DetachKeys(sequence));
  }

  private static int code(String key) {
    if (key.length() == 1 && key.charAt(0) < 0x80) {
      return key.charAt(0);
    }
    if (key.length() != CTRL.length() + 1 || !key.startsWith(CTRL)) {
      return -1;
    }
    char c = key.charAt(CTRL.length());
    if (c >= 'a' && c <= 'z') {
      return c - 'a' + 1;
    }
    return switch (c) {
      case '@' -> 0;
      case '[' -> 27;
      case '\\' -> 28;
      case ']' -> 29;
      case '^' -> 30;
      case '_' -> 31;
      default -> -1;
    };
  }

  /** A reader that looks for the keys in one client's input. */
  Filter filter() {
    return new Filter(sequence);
  }

  /** Keeps back what may be the beginning of the keys. Not thread-safe. */
  static final class Filter {

    private final byte[] sequence;
    private int matched;
    private boolean detached;

    private Filter(byte[] sequence) {
      this.sequence = sequence;
    }

    /**
     * Copies input that is meant for the process.
     *
     * @param to has room for {@code length} and what was kept back: {@code sequence.length} more
     * @return how many bytes it is
     */
    int pass(byte[] from, int length, byte[] to) {
      int count = 0;
      for (int i = 0; i < length && !detached; i++) {
        if (from[i] == sequence[matched]) {
          matched++;
          detached = matched == sequence.length;
          continue;
        }
        // what was kept back was no beginning after all
        System.arraycopy(sequence, 0, to, count, matched);
        count += matched;
        matched = 0;
        if (from[i] == sequence[0]) {
          matched = 1;
        } else {
          to[count++] = from[i];
        }
      }
      return count;
    }

    boolean detached() {
      return detached;
    }
  }
}
