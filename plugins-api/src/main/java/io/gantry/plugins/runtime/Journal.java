package io.gantry.plugins.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * The raw record of a container's output, over all its runs, written by its monitor whether or not
 * the daemon is there. It has one reader, the engine's log pump, which stores how far the log
 * driver has it, and goes on from there after a crash.
 *
 * <p>Used by one thread at a time, except {@link #wake} and {@link #close}.
 */
public interface Journal extends AutoCloseable {

  /**
   * A place between two records.
   *
   * @param segment files are numbered from 1
   * @param offset bytes
   */
  record Position(long segment, long offset) implements Comparable<Position> {

    /** Before the first record. */
    public static final Position START = new Position(0, 0);

    @Override
    public int compareTo(Position other) {
      return segment != other.segment
          ? Long.compare(segment, other.segment)
          : Long.compare(offset, other.offset);
    }
  }

  /** Takes what is read. */
  interface Reader {

    /**
     * A piece of a line. Pieces of one stream that are not last belong to the line their last piece
     * ends; pieces of the other stream may come between.
     *
     * @param epochNanos when the monitor read it, nanoseconds since 1970
     * @param last the line ended here (with a newline that is not part of the data); otherwise it
     *     goes on in the next piece of this stream
     * @param data valid during the call only; at most 8 KiB
     * @param after where to go on after this record
     * @return whether to go on reading
     */
    boolean piece(Stream stream, long epochNanos, boolean last, ByteBuffer data, Position after)
        throws IOException;

    /**
     * A run of the container ended here: unfinished lines of both streams end, without a newline.
     */
    boolean endOfRun(Position after) throws IOException;
  }

  /**
   * Delivers what is there after a position, without waiting.
   *
   * @return where to go on: after the last record delivered
   */
  Position read(Position from, Reader reader) throws IOException;

  /**
   * Waits until there may be something after a position, {@link #wake} is called, the journal is
   * closed, or the time is over. Uses no processor time and no native thread meanwhile.
   *
   * @return whether there may be something
   */
  boolean awaitMore(Position from, Duration limit) throws IOException, InterruptedException;

  /** Ends the current or next {@link #awaitMore}, for instance because the container ended. */
  void wake();

  /** Bytes on disk. */
  long size() throws IOException;

  /**
   * Begins a new segment, if the container runs and the current segment is not empty. Nothing is
   * lost; positions stay valid.
   */
  void rotate() throws IOException;

  /** Frees segments that lie wholly before a position. */
  void release(Position before) throws IOException;

  @Override
  void close();
}
