package io.gantry.network.dns;

import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A query with one question, as clients send it; and the answers to it. */
final class DnsMessage {

  static final int A = 1;
  static final int PTR = 12;
  static final int AAAA = 28;
  static final int SERVFAIL = 2;
  static final int NXDOMAIN = 3;
  static final int NOTIMP = 4;

  private static final int IN = 1;
  private static final int TTL = 600;
  private static final int HEADER = 12;
  private static final int NAME_LIMIT = 255;
  private static final int PLAIN_UDP = 512;
  private static final int OPT = 41;

  private final byte[] bytes;
  private final String name;
  private final int type;
  private final int questionEnd;

  private DnsMessage(byte[] bytes, String name, int type, int questionEnd) {
    this.bytes = bytes;
    this.name = name;
    this.type = type;
    this.questionEnd = questionEnd;
  }

  /** The query as it came. */
  byte[] bytes() {
    return bytes;
  }

  /** The name asked for, in lower case, without the dot at its end. */
  String name() {
    return name;
  }

  /** What is asked for. */
  int type() {
    return type;
  }

  /**
   * Reads a query; empty for what is none, or is not understood: several questions, compressed or
   * overlong names.
   */
  static Optional<DnsMessage> parse(byte[] bytes) {
    if (bytes.length < HEADER + 5) {
      return Optional.empty();
    }
    ByteBuffer in = ByteBuffer.wrap(bytes);
    boolean query = (bytes[2] & 0xf8) == 0;
    if (!query || in.getShort(4) != 1) {
      return Optional.empty();
    }
    StringBuilder name = new StringBuilder();
    int at = HEADER;
    while (true) {
      if (at >= bytes.length) {
        return Optional.empty();
      }
      int length = bytes[at] & 0xff;
      if (length == 0) {
        break;
      }
      if (length > 63 || at + length >= bytes.length || name.length() + length > NAME_LIMIT) {
        return Optional.empty();
      }
      if (!name.isEmpty()) {
        name.append('.');
      }
      name.append(new String(bytes, at + 1, length, StandardCharsets.ISO_8859_1));
      at += length + 1;
    }
    int end = at + 5;
    if (end > bytes.length || in.getShort(at + 3) != IN) {
      return Optional.empty();
    }
    return Optional.of(
        new DnsMessage(
            bytes,
            name.toString().toLowerCase(Locale.ROOT),
            Short.toUnsignedInt(in.getShort(at + 1)),
            end));
  }

  /** How large an answer by UDP may be (EDNS, RFC 6891). */
  int udpLimit() {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    boolean bare = in.getShort(6) == 0 && in.getShort(8) == 0 && in.getShort(10) == 1;
    if (bare
        && bytes.length >= questionEnd + 11
        && bytes[questionEnd] == 0
        && in.getShort(questionEnd + 1) == OPT) {
      return Math.clamp(Short.toUnsignedInt(in.getShort(questionEnd + 3)), PLAIN_UDP, 4096);
    }
    return PLAIN_UDP;
  }

  /**
   * An answer with addresses; those of the other family than was asked for are left out, so it may
   * say that there are none.
   */
  byte[] addresses(List<InetAddress> addresses, int limit) {
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    int count = 0;
    boolean truncated = false;
    for (InetAddress address : addresses) {
      byte[] data = address.getAddress();
      if (type == (data.length == 4 ? A : AAAA)) {
        if (questionEnd + records.size() + 12 + data.length > limit) {
          truncated = true;
          break;
        }
        record(records, data);
        count++;
      }
    }
    return answer(0, count, truncated, records.toByteArray());
  }

  /** An answer with a name. */
  byte[] pointer(String target) {
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    for (String label : target.split("\\.")) {
      byte[] text = label.getBytes(StandardCharsets.ISO_8859_1);
      data.write(Math.min(text.length, 63));
      data.write(text, 0, Math.min(text.length, 63));
    }
    data.write(0);
    ByteArrayOutputStream records = new ByteArrayOutputStream();
    record(records, data.toByteArray());
    return answer(0, 1, false, records.toByteArray());
  }

  byte[] failure(int code) {
    return answer(code, 0, false, new byte[0]);
  }

  /** The name is the question's, by a pointer to it. */
  private void record(ByteArrayOutputStream out, byte[] data) {
    out.writeBytes(
        ByteBuffer.allocate(12)
            .putShort((short) (0xc000 | HEADER))
            .putShort((short) type)
            .putShort((short) IN)
            .putInt(TTL)
            .putShort((short) data.length)
            .array());
    out.writeBytes(data);
  }

  private byte[] answer(int code, int count, boolean truncated, byte[] records) {
    ByteBuffer out = ByteBuffer.allocate(questionEnd + records.length);
    out.put(bytes, 0, questionEnd).put(records);
    boolean recursion = (bytes[2] & 1) != 0;
    out.put(2, (byte) (0x80 | (truncated ? 2 : 0) | (recursion ? 1 : 0)));
    out.put(3, (byte) (0x80 | code));
    out.putShort(6, (short) count).putShort(8, (short) 0).putShort(10, (short) 0);
    return out.array();
  }

  /** The address a reverse name stands for. */
  Optional<InetAddress> reverse() {
    try {
      if (name.endsWith(".in-addr.arpa")) {
        String[] parts = name.substring(0, name.length() - 13).split("\\.");
        return parts.length == 4
            ? Optional.of(InetAddress.ofLiteral(String.join(".", List.of(parts).reversed())))
            : Optional.empty();
      }
      if (name.endsWith(".ip6.arpa") && name.length() == 63 + 9) {
        String digits =
            new StringBuilder(name.substring(0, 63).replace(".", "")).reverse().toString();
        return Optional.of(InetAddress.ofLiteral(String.join(":", digits.split("(?<=\\G.{4})"))));
      }
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }
}
