package io.gantry.layers;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What a stream from a network can be, beside what {@link LayerStreamTest} reads. */
class GunzipStreamTest {

  /** A connection: what comes next is never known, and it comes in small pieces. */
  private static final class Connection extends InputStream {

    private final InputStream in;

    Connection(InputStream in) {
      this.in = in;
    }

    @Override
    public int available() {
      return 0;
    }

    @Override
    public int read() throws IOException {
      return in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      return in.read(bytes, offset, Math.min(length, 7));
    }
  }

  @Test
  void allMembersOfAConnectionAreRead() throws IOException {
    byte[] input = concat(gzip("one "), gzip(""), gzip("two "), gzip("three"));
    assertThat(gunzip(new Connection(new ByteArrayInputStream(input)))).isEqualTo("one two three");
  }

  @Test
  void whatFollowsTheLastMemberIsReadToTheEndOfTheInput() throws IOException {
    InputStream input =
        new ByteArrayInputStream(concat(gzip("one"), "no gzip".getBytes(UTF_8), new byte[200_000]));
    assertThat(gunzip(input)).isEqualTo("one");
    assertThat(input.read()).isEqualTo(-1);
  }

  @Test
  void aFailureWhereAMemberMayBeginIsNoEnd() throws IOException {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            throw new IOException("connection reset");
          }
        };
    InputStream input =
        new Connection(new SequenceInputStream(new ByteArrayInputStream(gzip("one")), broken));
    assertThatThrownBy(() -> gunzip(input)).hasMessage("connection reset");
  }

  @Test
  void aMemberThatIsCutOffIsNoEnd() throws IOException {
    byte[] one = gzip("one");
    byte[] two = gzip("two");
    for (int length = 2; length < two.length; length++) {
      byte[] input = concat(one, Arrays.copyOf(two, length));
      assertThatThrownBy(() -> gunzip(new ByteArrayInputStream(input)))
          .as("%d of %d bytes", length, two.length)
          .isInstanceOf(EOFException.class);
    }
  }

  @Test
  void aFurtherMemberThatCannotBeReadIsNoEnd() throws IOException {
    byte[] two = gzip("two");
    two[2] = 7; // the method
    assertThatThrownBy(() -> gunzip(new ByteArrayInputStream(concat(gzip("one"), two))))
        .hasMessageContaining("unknown method");
  }

  @Test
  void aWrongChecksumIsRefused() throws IOException {
    byte[] input = gzip("one");
    input[input.length - 8] ^= 1;
    assertThatThrownBy(() -> gunzip(new ByteArrayInputStream(input)))
        .hasMessageContaining("wrong checksum");
  }

  @Test
  void manyEmptyMembersNeedNoDeepStack() throws IOException {
    byte[] empty = gzip("");
    byte[] input = new byte[300_000 * empty.length];
    for (int at = 0; at < input.length; at += empty.length) {
      System.arraycopy(empty, 0, input, at, empty.length);
    }
    assertThat(gunzip(new ByteArrayInputStream(input))).isEmpty();
  }

  private static String gunzip(InputStream input) throws IOException {
    try (GunzipStream stream = new GunzipStream(input)) {
      return new String(stream.readAllBytes(), UTF_8);
    }
  }

  private static byte[] gzip(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(text.getBytes(UTF_8));
    }
    return out.toByteArray();
  }

  private static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }
}
