package io.gantry.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the attributes of one message or one nest of them; each kind is there once. Nothing is read
 * past the end, whatever lengths are claimed.
 */
final class Attributes {

  private final Map<Integer, ByteBuffer> byType = new HashMap<>();

  Attributes(ByteBuffer bytes) {
    ByteBuffer in = bytes.slice().order(ByteOrder.nativeOrder());
    while (in.remaining() >= 4) {
      int start = in.position();
      int length = Short.toUnsignedInt(in.getShort(start));
      int type = Short.toUnsignedInt(in.getShort(start + 2)) & 0x3fff;
      if (length < 4 || length > in.remaining()) {
        return;
      }
      byType.put(type, in.slice(start + 4, length - 4).order(ByteOrder.nativeOrder()));
      in.position(Math.min(in.limit(), start + (length + 3 & ~3)));
    }
  }

  boolean has(int type) {
    return byType.containsKey(type);
  }

  int integer(int type, int otherwise) {
    ByteBuffer value = byType.get(type);
    return value == null || value.remaining() < 4 ? otherwise : value.getInt(0);
  }

  byte[] bytes(int type) {
    ByteBuffer value = byType.get(type);
    if (value == null) {
      return new byte[0];
    }
    byte[] out = new byte[value.remaining()];
    value.get(0, out);
    return out;
  }

  String text(int type) {
    byte[] b = bytes(type);
    int end = 0;
    while (end < b.length && b[end] != 0) {
      end++;
    }
    return new String(b, 0, end, StandardCharsets.UTF_8);
  }

  Attributes nested(int type) {
    ByteBuffer value = byType.get(type);
    return new Attributes(value == null ? ByteBuffer.allocate(0) : value);
  }
}
