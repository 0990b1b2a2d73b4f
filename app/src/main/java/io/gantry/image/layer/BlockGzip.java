package io.gantry.image.layer;

import java.io.IOException;
import java.io.OutputStream;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Gzip that gives the same bytes for the same input and wastes no time on what cannot be made
 * smaller: each block is tried first, and stored as it is when the trial gains nothing.
 */
public final class BlockGzip extends OutputStream {

  private static final int BLOCK = 256 * 1024;
  private static final int TRIAL = 8 * 1024;
  private static final int LEVEL = 5;
  private static final int STORED = 65_535;
  private static final byte[] LAST_BLOCK = {1, 0, 0, (byte) 0xff, (byte) 0xff};
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};

  private final OutputStream out;
  private final Deflater deflater = new Deflater(LEVEL, true);
  private final Deflater trial = new Deflater(Deflater.BEST_SPEED, true);
  private final CRC32 crc = new CRC32();
  private final byte[] block = new byte[BLOCK];
  private final byte[] deflated = new byte[64 * 1024];
  private int length;
  private long total;
  private boolean closed;

  /**
   * @param out closed with this
   */
  public BlockGzip(OutputStream out) throws IOException {
    this.out = out;
    out.write(HEADER);
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int count) throws IOException {
    int done = 0;
    while (done < count) {
      int n = Math.min(count - done, BLOCK - length);
      System.arraycopy(bytes, offset + done, block, length, n);
      length += n;
      done += n;
      if (length == BLOCK) {
        deflate();
      }
    }
  }

  /**
   * Ends on a byte's border and refers to nothing before it, so that blocks of either kind can
   * follow one another.
   */
  private void deflate() throws IOException {
    crc.update(block, 0, length);
    total += length;
    if (isWorthIt()) {
      deflater.reset();
      deflater.setInput(block, 0, length);
      drain();
    } else {
      for (int at = 0; at < length; at += STORED) {
        int n = Math.min(STORED, length - at);
        out.write(new byte[] {0, (byte) n, (byte) (n >> 8), (byte) ~n, (byte) (~n >> 8)});
        out.write(block, at, n);
      }
    }
    length = 0;
  }

  private boolean isWorthIt() {
    int tried = Math.min(TRIAL, length);
    trial.reset();
    trial.setInput(block, (length - tried) / 2, tried);
    trial.finish();
    int n = 0;
    while (!trial.finished()) {
      n += trial.deflate(deflated, 0, deflated.length);
    }
    return n < tried - tried / 16;
  }

  private void drain() throws IOException {
    while (true) {
      int n = deflater.deflate(deflated, 0, deflated.length, Deflater.SYNC_FLUSH);
      out.write(deflated, 0, n);
      if (n < deflated.length) {
        return;
      }
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  /** Ends the gzip stream and closes what it is written to. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (OutputStream last = out) {
      if (length > 0) {
        deflate();
      }
      last.write(LAST_BLOCK);
      last.write(littleEndian(crc.getValue()));
      last.write(littleEndian(total));
    } finally {
      deflater.end();
      trial.end();
    }
  }

  private static byte[] littleEndian(long value) {
    return new byte[] {
      (byte) value, (byte) (value >> 8), (byte) (value >> 16), (byte) (value >> 24)
    };
  }
}
