package io.gantry.layers;

import io.gantry.layers.tar.TarFormatException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A layer's blob as the tar in it. What it is compressed with is told from its first bytes;
 * decompressing and hashing run on a thread of their own, a few buffers ahead of the reader. Limits
 * on what it unpacks to are enforced while it streams. After the end has been read, digests and
 * sizes of both sides can be asked.
 *
 * <p>For one thread. Closing it closes the blob's stream.
 */
public final class LayerStream extends InputStream {

  private final Compression compression;
  private final HashingStream compressed;

  /** The same as {@link #compressed} when nothing is compressed: then one hash is enough. */
  private final HashingStream uncompressed;

  private final InputStream out;
  private boolean ended;
  private String compressedDigest = "";
  private String diffId = "";

  private LayerStream(
      Compression compression,
      HashingStream compressed,
      HashingStream uncompressed,
      InputStream out) {
    this.compression = compression;
    this.compressed = compressed;
    this.uncompressed = uncompressed;
    this.out = new ReadAhead(out);
  }

  public static LayerStream open(InputStream blob) throws IOException {
    return open(blob, LayerLimits.DEFAULT);
  }

  public static LayerStream open(InputStream blob, LayerLimits limits) throws IOException {
    HashingStream compressed = new HashingStream(blob);
    Compression.Detected detected = Compression.detect(compressed);
    if (detected.compression() == Compression.NONE) {
      InputStream tar = new Limited(detected.stream(), compressed, limits);
      return new LayerStream(Compression.NONE, compressed, compressed, tar);
    }
    InputStream tar = detected.compression().decompress(detected.stream());
    HashingStream uncompressed =
        new HashingStream(new Limited(new Draining(tar, detected.stream()), compressed, limits));
    return new LayerStream(detected.compression(), compressed, uncompressed, uncompressed);
  }

  public Compression compression() {
    return compression;
  }

  /** Digest of the blob as it came, {@code sha256:<hex>}. Only after the end was read. */
  public String compressedDigest() {
    requireEnd();
    return compressedDigest;
  }

  /** Digest of the tar (OCI image-spec, config.md, DiffID). Only after the end was read. */
  public String diffId() {
    requireEnd();
    return diffId;
  }

  /** Bytes of the blob as it came. Only after the end was read. */
  public long compressedSize() {
    requireEnd();
    return compressed.count();
  }

  /** Bytes of the tar. Only after the end was read. */
  public long size() {
    requireEnd();
    return uncompressed.count();
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
      compressedDigest = compressed.digest();
      diffId = uncompressed == compressed ? compressedDigest : uncompressed.digest();
      ended = true;
    }
    return n;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }

  /** Reads what follows the compressed data: it belongs to the blob's digest. */
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

  /** Stops what unpacks to more than it may. */
  private static final class Limited extends InputStream {
    private final InputStream in;
    private final HashingStream compressed;
    private final LayerLimits limits;
    private long count;

    Limited(InputStream in, HashingStream compressed, LayerLimits limits) {
      this.in = in;
      this.compressed = compressed;
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
      if (count > limits.ratioFrom() && count / limits.maxRatio() > compressed.count()) {
        throw new TarFormatException(
            "layer unpacks to more than "
                + limits.maxRatio()
                + " times its size: "
                + compressed.count()
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
