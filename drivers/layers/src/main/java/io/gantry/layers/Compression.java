package io.gantry.layers;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.tukaani.xz.XZInputStream;

/** How an archive is compressed, told from its first bytes. */
public enum Compression {
  NONE,
  GZIP,
  ZSTD,
  BZIP2,
  XZ;

  private static final int PEEKED = 6;

  /**
   * What decompressing may take: 128 MiB of window, more than {@code zstd -19} and {@code xz -9}
   * ask for.
   */
  private static final int WINDOW_LOG_MAX = 27;

  private static final int XZ_MEMORY_KIB = 128 * 1024;

  /** A stream whose first bytes were looked at and are still there. */
  public record Detected(Compression compression, InputStream stream) {}

  public static Detected detect(InputStream in) throws IOException {
    PushbackInputStream stream =
        in instanceof ReadableByteChannel channel
            ? new PeekedChannel(in, channel)
            : new PushbackInputStream(in, PEEKED);
    byte[] first = stream.readNBytes(PEEKED);
    stream.unread(first);
    return new Detected(of(first), stream);
  }

  static Compression of(byte[] first) {
    if (startsWith(first, 0x1f, 0x8b, 8)) {
      return GZIP;
    }
    if (startsWith(first, 0x28, 0xb5, 0x2f, 0xfd) || isSkippableFrame(first)) {
      return ZSTD;
    }
    if (startsWith(first, 'B', 'Z', 'h')) {
      return BZIP2;
    }
    return startsWith(first, 0xfd, '7', 'z', 'X', 'Z', 0) ? XZ : NONE;
  }

  /** The bytes uncompressed. To be closed. */
  public InputStream decompress(InputStream in) throws IOException {
    return switch (this) {
      case NONE -> in;
      case GZIP -> new GunzipStream(in);
      case ZSTD -> {
        ZstdInputStream zstd = new ZstdInputStream(in);
        zstd.setLongMax(WINDOW_LOG_MAX);
        yield zstd;
      }
      case BZIP2 -> new BZip2CompressorInputStream(in, true);
      case XZ -> new XZInputStream(in, XZ_MEMORY_KIB);
    };
  }

  /** RFC 8878, 3.1.2: zstd data may begin with frames that hold something else. */
  private static boolean isSkippableFrame(byte[] first) {
    return first.length > 3
        && (first[0] & 0xF0) == 0x50
        && first[1] == 0x2a
        && first[2] == 0x4d
        && first[3] == 0x18;
  }

  private static boolean startsWith(byte[] bytes, int... magic) {
    if (bytes.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((bytes[i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  /** A stream that can be read past the heap stays one. */
  private static final class PeekedChannel extends PushbackInputStream
      implements ReadableByteChannel {

    private final ReadableByteChannel channel;

    PeekedChannel(InputStream in, ReadableByteChannel channel) {
      super(in, PEEKED);
      this.channel = channel;
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
      int peeked = buf.length - pos;
      if (peeked == 0) {
        return channel.read(to);
      }
      int n = Math.min(to.remaining(), peeked);
      to.put(buf, pos, n);
      pos += n;
      return n;
    }

    @Override
    public boolean isOpen() {
      return channel.isOpen();
    }
  }
}
