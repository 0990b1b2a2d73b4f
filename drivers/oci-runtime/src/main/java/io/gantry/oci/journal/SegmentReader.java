package io.gantry.oci.journal;

import io.gantry.plugins.runtime.Journal.Position;
import io.gantry.plugins.runtime.Journal.Reader;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a journal's segments. Keeps the last segment open, and a buffer, between two
 * reads. For one thread at a time, except {@link #close}.
 */
final class SegmentReader implements AutoCloseable {

  private static final Logger LOG = System.getLogger(SegmentReader.class.getName());
  private static final int BUFFER = 128 * 1024;

  /** Holds any line. */
  private static final int QUIET_BUFFER = 16 * 1024;

  private final Path directory;
  private final JournalLine line = new JournalLine();
  private byte[] buffer = new byte[0];
  private volatile @Nullable FileChannel channel;
  private long channelSegment;
  private boolean stopped;
  private long seen;

  /**
   * @param directory for messages
   */
  SegmentReader(Path directory) {
    this.directory = directory;
  }

  /** Whether the last read ended because it was told to. */
  boolean stopped() {
    return stopped;
  }

  /**
   * How much of its segment the last read has seen: it ends before that where a line is not
   * complete. Less than any size when it was stopped.
   */
  long seen() {
    return seen;
  }

  /**
   * Delivers the whole lines of a segment from a place on; returns the place after them.
   *
   * @param file where the segment is now; it may not be there
   */
  Position read(Position from, Path file, Reader reader) throws IOException {
    stopped = false;
    FileChannel open = open(from.segment(), file);
    if (open == null) {
      seen = 0;
      return from;
    }
    if (buffer.length == 0) {
      buffer = new byte[QUIET_BUFFER];
    }
    long offset = from.offset();
    int filled = 0;
    while (true) {
      int count =
          open.read(ByteBuffer.wrap(buffer, filled, buffer.length - filled), offset + filled);
      if (count <= 0) {
        seen = offset + filled;
        return new Position(from.segment(), offset);
      }
      filled += count;
      if (filled == buffer.length && filled < BUFFER) {
        buffer = Arrays.copyOf(buffer, BUFFER);
      }
      int consumed = lines(from.segment(), offset, filled, reader);
      if (consumed == 0 && filled == buffer.length) {
        LOG.log(Level.WARNING, "damage in " + directory + " at " + offset + " is left out");
        consumed = filled;
      }
      System.arraycopy(buffer, consumed, buffer, 0, filled - consumed);
      offset += consumed;
      filled -= consumed;
      if (stopped) {
        seen = -1;
        return new Position(from.segment(), offset);
      }
    }
  }

  /** Delivers the whole lines in the buffer; gives how many bytes they were. */
  private int lines(long segment, long offset, int filled, Reader reader) throws IOException {
    int start = 0;
    for (int i = 0; i < filled; i++) {
      if (buffer[i] != '\n') {
        continue;
      }
      Position after = new Position(segment, offset + i + 1);
      boolean goOn =
          switch (line.parse(buffer, start, i - start)) {
            case PIECE ->
                reader.piece(
                    line.stream(),
                    line.epochNanos(),
                    line.isLast(),
                    ByteBuffer.wrap(buffer, start + JournalLine.TEXT, i - start - JournalLine.TEXT),
                    after);
            case END_OF_RUN -> reader.endOfRun(after);
            case DAMAGED -> {
              if (i > start) {
                LOG.log(Level.WARNING, "a damaged line in " + directory + " is left out");
              }
              yield true;
            }
          };
      start = i + 1;
      if (!goOn) {
        stopped = true;
        return start;
      }
    }
    return start;
  }

  private @Nullable FileChannel open(long segment, Path file) throws IOException {
    FileChannel open = channel;
    if (open != null && open.isOpen()) {
      // The same number is the same file, also after it was renamed.
      if (channelSegment == segment) {
        return open;
      }
      open.close();
      channel = null;
    }
    try {
      FileChannel next = FileChannel.open(file, StandardOpenOption.READ);
      channel = next;
      channelSegment = segment;
      return next;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  /** Keeps only what a container needs that is quiet: many are, for long. */
  void shrink() {
    if (buffer.length > QUIET_BUFFER) {
      buffer = new byte[0];
    }
  }

  @Override
  public void close() {
    FileChannel open = channel;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cannot close " + directory, e);
      }
    }
  }
}
