package io.gantry.layers.tar;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Optional;

/**
 * The buffered bytes below a {@link TarReader}; tells the observer of each that is not a file's
 * content.
 */
final class TarInput {

  private static final int BUFFER = 256 * 1024;

  private final InputStream in;
  private final TarObserver observer;
  private final byte[] buffer = new byte[BUFFER];
  private int start;
  private int end;
  private int sliceOffset;

  TarInput(InputStream in, TarObserver observer) {
    this.in = in;
    this.observer = observer;
  }

  /**
   * The next header; empty at the end of the archive, which is two blocks of zeros or, as everybody
   * accepts, the end of the stream.
   */
  Optional<TarHeader> header() throws IOException {
    if (!fillTo(TarHeader.SIZE)) {
      if (end > start) {
        throw new EOFException("tar ends within a header");
      }
      return Optional.empty();
    }
    if (TarHeader.isZero(buffer, start)) {
      consumeRaw(TarHeader.SIZE);
      if (fillTo(TarHeader.SIZE) && !TarHeader.isZero(buffer, start)) {
        throw new TarFormatException("invalid tar header: data after a block of zeros");
      }
      return Optional.empty();
    }
    TarHeader header = TarHeader.parse(buffer, start);
    consumeRaw(TarHeader.SIZE);
    return Optional.of(header);
  }

  /** The next {@code length} bytes, a copy. */
  byte[] raw(int length) throws IOException {
    byte[] bytes = new byte[length];
    int done = 0;
    while (done < length) {
      int n = slice(length - done, true);
      System.arraycopy(buffer, sliceOffset, bytes, done, n);
      done += n;
    }
    return bytes;
  }

  void skipRaw(int length) throws IOException {
    int left = length;
    while (left > 0) {
      left -= slice(left, true);
    }
  }

  /**
   * Consumes between 1 and {@code max} bytes, to be found in {@link #array()} from {@link
   * #sliceOffset()} until the next call. Waits for as many of them as the buffer takes: what a
   * socket gives at a time is too little to write.
   */
  int slice(long max, boolean raw) throws IOException {
    if (start == end) {
      start = 0;
      end = 0;
      fillTo((int) Math.min(max, buffer.length));
      if (end == 0) {
        throw endWithinEntry();
      }
    }
    int length = (int) Math.min(max, end - start);
    sliceOffset = start;
    if (raw) {
      observer.raw(buffer, start, length);
    }
    start += length;
    return length;
  }

  /**
   * Fills all that remains in a buffer, past this one when nothing is in it and the stream is a
   * channel too.
   */
  void read(ByteBuffer to, boolean raw) throws IOException {
    while (to.hasRemaining()) {
      if (start == end && !raw && in instanceof ReadableByteChannel channel) {
        if (channel.read(to) < 0) {
          throw endWithinEntry();
        }
      } else {
        int length = slice(to.remaining(), raw);
        to.put(buffer, sliceOffset, length);
      }
    }
  }

  private static EOFException endWithinEntry() {
    return new EOFException("tar ends within an entry");
  }

  byte[] array() {
    return buffer;
  }

  int sliceOffset() {
    return sliceOffset;
  }

  /** Reads what follows the end of the archive: it is part of the stream and of its digest. */
  void drain() throws IOException {
    while (true) {
      consumeRaw(end - start);
      start = 0;
      end = Math.max(0, in.read(buffer, 0, buffer.length));
      if (end == 0) {
        return;
      }
    }
  }

  private void consumeRaw(int length) throws IOException {
    observer.raw(buffer, start, length);
    start += length;
  }

  private boolean fillTo(int wanted) throws IOException {
    if (end - start >= wanted) {
      return true;
    }
    if (start > buffer.length - wanted) {
      System.arraycopy(buffer, start, buffer, 0, end - start);
      end -= start;
      start = 0;
    }
    while (end - start < wanted) {
      int n = in.read(buffer, end, buffer.length - end);
      if (n <= 0) {
        return false;
      }
      end += n;
    }
    return true;
  }
}
