package io.gantry.layers;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads gzip (RFC 1952), all members of it. The JDK's stream (25) takes it for the end when the
 * input fails, ends or is wrong where a further member begins, and needs a stack as deep as there
 * are empty members; here these are failures, and the depth does not matter. Bytes after the last
 * member are read over, as gzip(1) does, up to the end of the input. For one thread.
 */
final class GunzipStream extends InputStream {

  private static final int BUFFER = 64 * 1024;
  private static final int MAX_HEADER = 64 * 1024;
  private static final int HEADER_CRC = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;

  private final InputStream in;
  private final Inflater inflater = new Inflater(true);
  private final CRC32 crc = new CRC32();
  private final byte[] input = new byte[BUFFER];
  private int start;
  private int end;
  private boolean inMember;
  private boolean any;
  private boolean done;

  GunzipStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (!done) {
      if (!inMember && !begin()) {
        break;
      }
      int n = inflate(bytes, offset, length);
      if (n > 0) {
        return n;
      }
    }
    return -1;
  }

  private int inflate(byte[] bytes, int offset, int length) throws IOException {
    try {
      int n;
      while ((n = inflater.inflate(bytes, offset, length)) == 0) {
        if (inflater.finished()) {
          endMember();
          return 0;
        }
        if (inflater.needsDictionary()) {
          throw new IOException("invalid gzip data: dictionary");
        }
        if (inflater.needsInput()) {
          fillOrFail();
          inflater.setInput(input, start, end - start);
          start = end;
        }
      }
      crc.update(bytes, offset, n);
      return n;
    } catch (DataFormatException e) {
      throw new IOException("invalid gzip data: " + e.getMessage(), e);
    }
  }

  private boolean begin() throws IOException {
    int first = next();
    if (first != 0x1f || next() != 0x8b) {
      if (!any) {
        throw new IOException("not gzip data");
      }
      drain();
      return false;
    }
    any = true;
    if (require() != 8) {
      throw new IOException("invalid gzip data: unknown method");
    }
    int flags = require();
    skip(6);
    if ((flags & EXTRA) != 0) {
      skip(require() | require() << 8);
    }
    if ((flags & NAME) != 0) {
      skipText();
    }
    if ((flags & COMMENT) != 0) {
      skipText();
    }
    if ((flags & HEADER_CRC) != 0) {
      skip(2);
    }
    inflater.reset();
    crc.reset();
    inMember = true;
    return true;
  }

  private void endMember() throws IOException {
    start = end - inflater.getRemaining();
    long expectedCrc = little32();
    long expectedSize = little32();
    if (expectedCrc != crc.getValue()
        || expectedSize != (inflater.getBytesWritten() & 0xFFFFFFFFL)) {
      throw new IOException("invalid gzip data: wrong checksum");
    }
    inMember = false;
  }

  private void drain() throws IOException {
    do {
      start = end;
    } while (fill());
    done = true;
  }

  private long little32() throws IOException {
    return require() | require() << 8 | require() << 16 | (long) require() << 24;
  }

  private void skip(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      require();
    }
  }

  private void skipText() throws IOException {
    for (int i = 0; require() != 0; i++) {
      if (i > MAX_HEADER) {
        throw new IOException("invalid gzip data: header too long");
      }
    }
  }

  private int require() throws IOException {
    int b = next();
    if (b < 0) {
      throw new EOFException("gzip data ends early");
    }
    return b;
  }

  private int next() throws IOException {
    return start < end || fill() ? input[start++] & 0xFF : -1;
  }

  private void fillOrFail() throws IOException {
    if (start == end && !fill()) {
      throw new EOFException("gzip data ends early");
    }
  }

  private boolean fill() throws IOException {
    start = 0;
    end = Math.max(0, in.read(input, 0, input.length));
    return end > 0;
  }

  @Override
  public void close() throws IOException {
    inflater.end();
    in.close();
  }
}
