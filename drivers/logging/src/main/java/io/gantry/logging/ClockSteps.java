package io.gantry.logging;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/**
 * The places in a plain log file where a record is older than the one before it: the clock was set
 * back, or a line without an end was written out when the container ended. Between two of them all
 * is in the order of time, so that it can be searched by halves.
 *
 * <p>They are kept in a file beside the log, {@code <log>.steps}, as offsets of eight bytes, which
 * as a rule is not there. A log without it, for instance of Docker's making, is taken to be in
 * order.
 */
final class ClockSteps {

  /** A log whose clock goes back more often is no longer searched exactly. */
  private static final int MAX = 4096;

  private static final long[] NONE = {};

  private ClockSteps() {}

  private static Path file(Path log) {
    return log.resolveSibling(log.getFileName() + ".steps");
  }

  /** The offsets of the records that are older than those before them, the first one first. */
  static long[] read(Path log) throws IOException {
    Path file = file(log);
    if (!file.toFile().exists()) {
      return NONE;
    }
    try {
      ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
      long[] steps = new long[Math.min(bytes.remaining() / Long.BYTES, MAX)];
      bytes.asLongBuffer().get(steps);
      return steps;
    } catch (NoSuchFileException e) {
      return NONE;
    }
  }

  /** Notes a record that is about to be written at an offset. */
  static void add(Path log, long offset) throws IOException {
    try (FileChannel out =
        FileChannel.open(
            file(log),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.APPEND)) {
      if (out.size() < (long) MAX * Long.BYTES) {
        ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES).putLong(offset).flip();
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
      }
    }
  }

  /** The log was cut back to a size: what came after it is forgotten. */
  static void cut(Path log, long size) throws IOException {
    long[] steps = read(log);
    long kept = Arrays.stream(steps).takeWhile(step -> step < size).count();
    if (kept < steps.length) {
      try (FileChannel out = FileChannel.open(file(log), StandardOpenOption.WRITE)) {
        out.truncate(kept * Long.BYTES);
      }
    }
  }

  /** The log got another name. */
  static void move(Path from, Path to) throws IOException {
    if (file(from).toFile().exists()) {
      Files.move(file(from), file(to), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  static void delete(Path log) throws IOException {
    Files.deleteIfExists(file(log));
  }
}
