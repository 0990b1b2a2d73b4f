package io.gantry.container;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** What a health check printed, as far as it is kept. For one thread. */
final class ProbeOutput {

  private static final int MAX = 4096;

  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private boolean cut;

  void add(ByteBuffer bytes) {
    int take = Math.min(bytes.remaining(), MAX - kept.size());
    cut |= take < bytes.remaining();
    byte[] part = new byte[take];
    bytes.get(part);
    kept.writeBytes(part);
  }

  /** With three dots where something is missing. */
  String text() {
    return kept.toString(StandardCharsets.UTF_8) + (cut ? "..." : "");
  }

  /** What is told of a probe that ran out of time, in Docker's words. */
  String late(Duration timeout) {
    String told = "Health check exceeded timeout (%s)".formatted(goText(timeout));
    return kept.size() == 0 ? told : told + ": " + text();
  }

  /** As Go writes a duration: {@code 1m30s}, {@code 1.5s}, {@code 200ms}. */
  private static String goText(Duration duration) {
    if (duration.compareTo(Duration.ofSeconds(1)) < 0) {
      return plain(duration.toNanos() / 1e6) + "ms";
    }
    long minutes = duration.toMinutes();
    String seconds = plain(duration.minusMinutes(minutes).toNanos() / 1e9) + "s";
    if (minutes == 0) {
      return seconds;
    }
    return (minutes < 60 ? "" : minutes / 60 + "h") + minutes % 60 + "m" + seconds;
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
