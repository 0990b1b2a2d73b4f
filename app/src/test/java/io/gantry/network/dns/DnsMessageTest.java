package io.gantry.network.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DnsMessageTest {

  private static byte[] query(String name, int type, byte... more) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(
        new byte[] {0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, (byte) (more.length > 0 ? 1 : 0)});
    for (String label : name.split("\\.")) {
      out.write(label.length());
      out.writeBytes(label.getBytes(StandardCharsets.ISO_8859_1));
    }
    out.writeBytes(new byte[] {0, 0, (byte) type, 0, 1});
    out.writeBytes(more);
    return out.toByteArray();
  }

  private static DnsMessage parsed(byte[] bytes) {
    return DnsMessage.parse(bytes).orElseThrow();
  }

  private static List<InetAddress> many(int count) {
    List<InetAddress> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      all.add(InetAddress.ofLiteral("10.0." + i / 250 + "." + i % 250));
    }
    return all;
  }

  @Test
  void questionIsRead() {
    DnsMessage message = parsed(query("Web.Example.ORG", DnsMessage.AAAA));
    assertThat(message.name()).isEqualTo("web.example.org");
    assertThat(message.type()).isEqualTo(DnsMessage.AAAA);
  }

  @Test
  void answerHasTheQuestionsIdAndTheAddresses() {
    byte[] answer = parsed(query("web", DnsMessage.A)).addresses(many(2), 512);
    ByteBuffer in = ByteBuffer.wrap(answer);
    assertThat(in.getShort(0)).isEqualTo((short) 0x1234);
    assertThat(in.getShort(2)).isEqualTo((short) 0x8180);
    assertThat(in.getShort(6)).isEqualTo((short) 2);
    assertThat(in.getInt(answer.length - 4)).isEqualTo(0x0a000001);
  }

  @Test
  void otherFamilyIsAnEmptySuccess() {
    byte[] answer = parsed(query("web", DnsMessage.AAAA)).addresses(many(2), 512);
    assertThat(answer[3] & 15).isZero();
    assertThat(ByteBuffer.wrap(answer).getShort(6)).isZero();
  }

  @Test
  void longAnswersAreTruncatedAndSaySo() {
    DnsMessage message = parsed(query("web", DnsMessage.A));
    assertThat(message.udpLimit()).isEqualTo(512);
    byte[] answer = message.addresses(many(100), 512);
    assertThat(answer.length).isLessThanOrEqualTo(512);
    assertThat(answer[2] & 2).isEqualTo(2);
    byte[] edns = {0, 0, 41, 0x10, 0, 0, 0, 0, 0, 0, 0};
    DnsMessage large = parsed(query("web", DnsMessage.A, edns));
    assertThat(large.udpLimit()).isEqualTo(4096);
    assertThat(large.addresses(many(100), 4096)[2] & 2).isZero();
  }

  @Test
  void reverseNamesOfBothFamiliesAreUnderstood() {
    assertThat(parsed(query("4.3.2.10.in-addr.arpa", DnsMessage.PTR)).reverse())
        .contains(InetAddress.ofLiteral("10.2.3.4"));
    String zeros = String.join(".", Collections.nCopies(27, "0"));
    assertThat(parsed(query("1." + zeros + ".0.0.d.f.ip6.arpa", DnsMessage.PTR)).reverse())
        .contains(InetAddress.ofLiteral("fd00::1"));
    assertThat(parsed(query("x.3.2.10.in-addr.arpa", DnsMessage.PTR)).reverse()).isEmpty();
    assertThat(parsed(query("3.2.10.in-addr.arpa", DnsMessage.PTR)).reverse()).isEmpty();
  }

  @Test
  void badInputIsNoQuery() {
    byte[] good = query("web", DnsMessage.A);
    for (int length = 0; length < good.length; length++) {
      assertThat(DnsMessage.parse(Arrays.copyOf(good, length))).isEmpty();
    }
    byte[] answer = good.clone();
    answer[2] |= (byte) 0x80;
    assertThat(DnsMessage.parse(answer)).isEmpty();
    byte[] two = good.clone();
    two[5] = 2;
    assertThat(DnsMessage.parse(two)).isEmpty();
    byte[] compressed = good.clone();
    compressed[12] = (byte) 0xc0;
    assertThat(DnsMessage.parse(compressed)).isEmpty();
    assertThat(DnsMessage.parse(query(("a".repeat(60) + ".").repeat(6) + "x", 1))).isEmpty();
    Random random = new Random(7);
    for (int i = 0; i < 20_000; i++) {
      byte[] noise = good.clone();
      for (int k = 0; k < 4; k++) {
        noise[random.nextInt(noise.length)] = (byte) random.nextInt();
      }
      DnsMessage.parse(noise)
          .ifPresent(m -> assertThat(m.addresses(many(3), m.udpLimit())).isNotEmpty());
    }
  }
}
