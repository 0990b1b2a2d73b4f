package io.gantry.console.command;

import io.gantry.console.line.UsageException;
import java.util.Locale;

/**
 * Notices the keys that detach from a terminal. It is the daemon that acts on them; the console
 * must know them to tell a detachment from the end of the process. Used by the reading thread; any
 * thread may ask.
 */
final class DetachKeys {

  static final String DEFAULT = "ctrl-p,ctrl-q";

  private final byte[] keys;
  private int typed;
  private volatile boolean complete;

  private DetachKeys(byte[] keys) {
    this.keys = keys;
  }

  /**
   * Reads a sequence as docker writes it: single characters or {@code ctrl-} and a letter or one of
   * {@code @[\]^_}, separated by commas.
   */
  static DetachKeys parse(String text) {
    String[] names = text.split(",", -1);
    byte[] keys = new byte[names.length];
    for (int i = 0; i < names.length; i++) {
      String name = names[i].toLowerCase(Locale.ROOT);
      if (name.length() == 1 && names[i].charAt(0) < 0x80) {
        keys[i] = (byte) names[i].charAt(0);
      } else if (name.length() == 6 && name.startsWith("ctrl-") && isControl(name.charAt(5))) {
        keys[i] = (byte) (name.charAt(5) & 0x1f);
      } else {
        throw new UsageException("Unknown character: '" + names[i] + "' in --detach-keys", 1);
      }
    }
    return new DetachKeys(keys);
  }

  private static boolean isControl(char letter) {
    return (letter >= 'a' && letter <= 'z') || "@[\\]^_".indexOf(letter) >= 0;
  }

  void typed(byte[] bytes, int count) {
    for (int i = 0; i < count && !complete; i++) {
      if (bytes[i] != keys[typed]) {
        typed = 0;
      }
      if (bytes[i] == keys[typed]) {
        typed++;
      }
      complete = typed == keys.length;
    }
  }

  /** Whether they have been typed. */
  boolean complete() {
    return complete;
  }
}
