package io.gantry.logging;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.gantry.plugins.log.LogTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.LongUnaryOperator;

/**
 * A json-file log of any size that takes no room: line {@code n} is made up when it is read. Counts
 * what is read of it.
 */
final class MadeUpLog extends FileChannel {

  /** Bytes of each line. */
  static final int LINE = 100;

  private static final String FORM = "{\"log\":\"%s\\n\",\"stream\":\"stdout\",\"time\":\"%s\"}\n";

  private final long lines;
  private final LongUnaryOperator times;
  private long bytesRead;
  private int reads;

  /**
   * @param times nanoseconds since 1970 of each line, by its number
   */
  MadeUpLog(long lines, LongUnaryOperator times) {
    this.lines = lines;
    this.times = times;
  }

  long bytesRead() {
    return bytesRead;
  }

  int reads() {
    return reads;
  }

  private byte[] line(long number) {
    byte[] time = new byte[LogTime.MAX_BYTES];
    int length = new LogTime().writeFixed(times.applyAsLong(number), time, 0);
    String text = "%029d".formatted(number);
    byte[] line = FORM.formatted(text, new String(time, 0, length, US_ASCII)).getBytes(US_ASCII);
    if (line.length != LINE) {
      throw new IllegalStateException("a line of " + line.length);
    }
    return line;
  }

  @Override
  public long size() {
    return lines * LINE;
  }

  @Override
  public int read(ByteBuffer into, long position) {
    if (position >= size()) {
      return -1;
    }
    int count = (int) Math.min(into.remaining(), size() - position);
    for (long at = position; at < position + count; ) {
      int skip = (int) (at % LINE);
      int length = (int) Math.min(LINE - skip, position + count - at);
      into.put(line(at / LINE), skip, length);
      at += length;
    }
    bytesRead += count;
    reads++;
    return count;
  }

  @Override
  protected void implCloseChannel() {}

  private static UnsupportedOperationException notNeeded() {
    return new UnsupportedOperationException("not needed to search");
  }

  @Override
  public int read(ByteBuffer into) {
    throw notNeeded();
  }

  @Override
  public long read(ByteBuffer[] into, int offset, int length) {
    throw notNeeded();
  }

  @Override
  public int write(ByteBuffer from) {
    throw notNeeded();
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) {
    throw notNeeded();
  }

  @Override
  public int write(ByteBuffer from, long position) {
    throw notNeeded();
  }

  @Override
  public long position() {
    throw notNeeded();
  }

  @Override
  public FileChannel position(long position) {
    throw notNeeded();
  }

  @Override
  public FileChannel truncate(long size) {
    throw notNeeded();
  }

  @Override
  public void force(boolean metaData) {
    throw notNeeded();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw notNeeded();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw notNeeded();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) throws IOException {
    throw notNeeded();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw notNeeded();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw notNeeded();
  }
}
