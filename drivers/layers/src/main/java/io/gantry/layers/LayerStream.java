package io.gantry.layers;

import io.gantry.layers.tar.TarFormatException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A layer's blob as the tar in it. What it is compressed with is told from its first bytes;
 * decompressing and hashing run on a thread of their own, a few buffers ahead of the reader. Limits
 * on what it unpacks to are enforced while it streams. The blob is read to its end, also where the
 * compressed data ends before: a source may tell only there that it was not what it should be.
 * After the end has been read, digest and size of the tar can be asked.
 *
 * <p>For one thread. Closing it closes the blob's stream.
 */
public final class LayerStream extends InputStream {

  private final Compression compression;
  private final HashingStream tar;
  private final InputStream out;
  private boolean ended;
  private String diffId = "";

  private LayerStream(Compression compression, InputStream tar) {
    this.compression = compression;
    this.tar = new HashingStream(tar);
    this.out = new ReadAhead(this.tar);
  }

  public static LayerStream open(InputStream blob) throws IOException {
    return open(blob, LayerLimits.DEFAULT);
  }

  /**
   * @param blob closed when this fails
   */
  public static LayerStream open(InputStream blob, LayerLimits limits) throws IOException {
    try {
      Counted counted = new Counted(blob);
      Compression.Detected detected = Compression.detect(counted);
      InputStream tar =
          detected.compression() == Compression.NONE
              ? detected.stream()
              : new Draining(
                  detected.compression().decompress(detected.stream()), detected.stream());
      return new LayerStream(detected.compression(), new Limited(tar, counted, limits));
    } catch (IOException | RuntimeException e) {
      blob.close();
      throw e;
    }
  }

  public Compression compression() {
    return compression;
  }

  /** Digest of the tar (OCI image-spec, config.md, DiffID). Only after the end was read. */
  public String diffId() {
    requireEnd();
    return diffId;
  }

  /** Bytes of the tar. Only after the end was read. */
  public long size() {
    requireEnd();
    return tar.count();
  }

  private void requireEnd() {
    if (!ended) {
      throw new IllegalStateException("the layer has not been read to its end");
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    int n = out.read(bytes, offset, length);
    if (n < 0 && !ended) {
      diffId = tar.digest();
      ended = true;
    }
    return n;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** Reads what follows the compressed data. */
  private static final class Draining extends InputStream {
    private final InputStream tar;
    private final InputStream blob;

    Draining(InputStream tar, InputStream blob) {
      this.tar = tar;
      this.blob = blob;
    }

    @Override
    public int read() throws IOException {
      return tar.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = tar.read(bytes, offset, length);
      if (n < 0) {
        blob.transferTo(OutputStream.nullOutputStream());
      }
      return n;
    }

    @Override
    public void close() throws IOException {
      tar.close();
    }
  }

  /** Counts what has come of the blob. */
  private static final class Counted extends FilterInputStream {
    private long count;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      int read = in.read();
      count += read < 0 ? 0 : 1;
      return read;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = in.read(bytes, offset, length);
      count += Math.max(0, n);
      return n;
    }

    @Override
    public long skip(long n) throws IOException {
      long skipped = in.skip(n);
      count += skipped;
      return skipped;
    }

    @Override
    public boolean markSupported() {
      return false;
    }
  }

  /** Stops what unpacks to more than it may. */
  private static final class Limited extends InputStream {
    private final InputStream in;
    private final Counted blob;
    private final LayerLimits limits;
    private long count;

    Limited(InputStream in, Counted blob, LayerLimits limits) {
      this.in = in;
      this.blob = blob;
      this.limits = limits;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int n = in.read(bytes, offset, length);
      count += Math.max(0, n);
      if (count > limits.maxBytes()) {
        throw new TarFormatException("layer unpacks to more than " + limits.maxBytes() + " bytes");
      }
      if (count > limits.ratioFrom() && count / limits.maxRatio() > blob.count) {
        throw new TarFormatException(
            "layer unpacks to more than "
                + limits.maxRatio()
                + " times its size: "
                + blob.count
                + " bytes became "
                + count);
      }
      return n;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
