package io.gantry.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

@Timeout(60)
class LayerStreamTest {

  private static final byte[] CONTENT = content();

  private static byte[] content() {
    byte[] content = new byte[3_000_001];
    new Random(7).nextBytes(content);
    Arrays.fill(content, 100_000, 1_500_000, (byte) 'z');
    return content;
  }

  /** Wraps a stream into one that compresses. */
  interface Wrapping {
    OutputStream around(OutputStream out) throws IOException;
  }

  private static byte[] through(Wrapping wrapping, byte[]... members) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] member : members) {
      try (OutputStream out = wrapping.around(bytes)) {
        out.write(member);
      }
    }
    return bytes.toByteArray();
  }

  private static OutputStream zstd(OutputStream out) throws IOException {
    ZstdOutputStream zstd = new ZstdOutputStream(out);
    zstd.setChecksum(true);
    return zstd;
  }

  private static byte[] concat(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }

  private static String sha256(byte[] bytes) throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
    return "sha256:" + HexFormat.of().formatHex(hash);
  }

  static Stream<Arguments> blobs() throws IOException {
    byte[] first = Arrays.copyOf(CONTENT, 1_000_000);
    byte[] second = Arrays.copyOfRange(CONTENT, 1_000_000, CONTENT.length);
    byte[] gzip = through(GZIPOutputStream::new, CONTENT);
    return Stream.of(
        Arguments.of(Compression.NONE, CONTENT),
        Arguments.of(Compression.GZIP, gzip),
        Arguments.of(Compression.GZIP, through(GZIPOutputStream::new, first, second)),
        Arguments.of(Compression.GZIP, concat(gzip, new byte[1000])),
        Arguments.of(Compression.GZIP, withEveryHeaderField(gzip)),
        Arguments.of(Compression.ZSTD, through(LayerStreamTest::zstd, CONTENT)),
        Arguments.of(Compression.ZSTD, through(LayerStreamTest::zstd, first, second)),
        Arguments.of(Compression.BZIP2, through(BZip2CompressorOutputStream::new, CONTENT)),
        Arguments.of(
            Compression.XZ, through(out -> new XZOutputStream(out, new LZMA2Options(1)), CONTENT)));
  }

  @ParameterizedTest
  @MethodSource("blobs")
  void isUnpackedAndHashedWhateverItIsCompressedWith(Compression compression, byte[] blob)
      throws Exception {
    for (InputStream source :
        new InputStream[] {new ByteArrayInputStream(blob), new Dribbling(blob)}) {
      try (LayerStream stream = LayerStream.open(source)) {
        assertThat(stream.compression()).isEqualTo(compression);
        assertThatThrownBy(stream::diffId).isInstanceOf(IllegalStateException.class);
        assertThat(stream.readAllBytes()).isEqualTo(CONTENT);
        assertThat(stream.diffId()).isEqualTo(sha256(CONTENT));
        assertThat(stream.size()).isEqualTo(CONTENT.length);
        assertThat(source.read()).as("what is left of the blob").isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("blobs")
  void damageIsNoticed(Compression compression, byte[] blob) {
    if (compression == Compression.NONE) {
      return; // nothing in a plain stream could be wrong
    }
    byte[] cut = Arrays.copyOf(blob, 100_000);
    assertThatThrownBy(() -> LayerStream.open(new ByteArrayInputStream(cut)).readAllBytes())
        .isInstanceOf(IOException.class);
    byte[] damaged = blob.clone();
    damaged[60_000] ^= 0x55;
    assertThatThrownBy(() -> LayerStream.open(new ByteArrayInputStream(damaged)).readAllBytes())
        .isInstanceOf(IOException.class);
  }

  @Test
  void aFailingSourceFailsTheReader() throws IOException {
    InputStream failing =
        new FilterInputStream(new ByteArrayInputStream(CONTENT)) {
          private int count;

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            if (count++ > 5) {
              throw new IOException("connection reset");
            }
            return super.read(bytes, offset, length);
          }
        };
    try (LayerStream stream = LayerStream.open(failing)) {
      assertThatThrownBy(stream::readAllBytes).hasMessage("connection reset");
      assertThatThrownBy(stream::diffId).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void aSourceThatFailsAtOnceIsClosed() {
    boolean[] closed = {false};
    InputStream source =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection reset");
          }

          @Override
          public void close() {
            closed[0] = true;
          }
        };
    assertThatThrownBy(() -> LayerStream.open(source)).hasMessage("connection reset");
    assertThat(closed[0]).isTrue();
  }

  @Test
  void closingEarlyClosesTheSource() throws IOException {
    boolean[] closed = {false};
    InputStream source =
        new FilterInputStream(new ByteArrayInputStream(CONTENT)) {
          @Override
          public void close() throws IOException {
            closed[0] = true;
            super.close();
          }
        };
    LayerStream stream = LayerStream.open(source);
    assertThat(stream.read()).isEqualTo(CONTENT[0] & 0xFF);
    stream.close();
    assertThat(closed[0]).isTrue();
  }

  /** Extra field, name, comment and header checksum, all of which RFC 1952 allows. */
  private static byte[] withEveryHeaderField(byte[] gzip) {
    byte[] header = Arrays.copyOf(gzip, 10);
    header[3] = 2 | 4 | 8 | 16;
    byte[] fields = {3, 0, 'a', 'b', 'c', 'n', 0, 'c', 'o', 0, 1, 2};
    return concat(concat(header, fields), Arrays.copyOfRange(gzip, 10, gzip.length));
  }

  /** A network: few bytes at a time, and never any {@code available()}. */
  private static final class Dribbling extends InputStream {
    private final ByteArrayInputStream in;

    Dribbling(byte[] bytes) {
      in = new ByteArrayInputStream(bytes);
    }

    @Override
    public int read() {
      return in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      return in.read(bytes, offset, Math.min(length, 1021));
    }
  }

  @Test
  void afterCloseNobodyReadsTheBlob() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    AtomicBoolean inside = new AtomicBoolean();
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            if (length <= 6) {
              return super.read(bytes, offset, length); // what it is compressed with is asked
            }
            inside.set(true);
            reading.countDown();
            try {
              new CountDownLatch(1).await();
              return -1;
            } catch (InterruptedException e) {
              // takes a while to come back
              long until = System.nanoTime() + 50_000_000;
              while (System.nanoTime() < until) {
                Thread.onSpinWait();
              }
              throw new InterruptedIOException();
            } finally {
              inside.set(false);
            }
          }
        };
    LayerStream stream = LayerStream.open(endless);
    reading.await();
    stream.close();
    assertThat(inside).isFalse();
  }
}
