package io.gantry.linux.systemd;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/**
 * What systemd says of the whole host (systemctl(1), {@code is-system-running}). The program is
 * asked, once in the life of a daemon, at its end: without it this one word would take the protocol
 * of D-Bus.
 */
public final class SystemState {

  private static final int LONGEST_WORD = 64;
  private static final int LIMIT_SECONDS = 5;

  private SystemState() {}

  /** Whether the host is being shut down or rebooted; false where systemd did not start us. */
  public static boolean stopping() throws IOException {
    return System.getenv("NOTIFY_SOCKET") != null && word().equals("stopping");
  }

  private static String word() throws IOException {
    Process process =
        new ProcessBuilder("systemctl", "is-system-running")
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException("systemctl does not answer");
      }
      byte[] word = process.getInputStream().readNBytes(LONGEST_WORD);
      return new String(word, StandardCharsets.US_ASCII).strip();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking for the state of the host");
    } finally {
      process.destroyForcibly();
    }
  }
}
