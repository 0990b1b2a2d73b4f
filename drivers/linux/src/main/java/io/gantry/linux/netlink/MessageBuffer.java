package io.gantry.linux.netlink;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes netlink messages one after another: headers, attributes, nests. Grows as needed. */
final class MessageBuffer {

  private ByteBuffer out = ByteBuffer.allocate(2048).order(ByteOrder.nativeOrder());
  private int message;

  /** Begins a message; {@link #end} sets its length. */
  void begin(int type, int flags, int sequence) {
    message = out.position();
    room(16).putInt(0).putShort((short) type).putShort((short) flags).putInt(sequence).putInt(0);
  }

  void end() {
    out.putInt(message, out.position() - message);
    align();
  }

  /** {@code struct ifinfomsg} */
  void link(int index, int flags, int change) {
    room(16)
        .put((byte) 0)
        .put((byte) 0)
        .putShort((short) 0)
        .putInt(index)
        .putInt(flags)
        .putInt(change);
  }

  /** {@code struct nfgenmsg} */
  void netfilter(int family, int resource) {
    room(4).put((byte) family).put((byte) 0).put((byte) (resource >> 8)).put((byte) resource);
  }

  /** {@code struct ifaddrmsg} */
  void address(int family, int prefixLength, int flags, int scope, int index) {
    room(8)
        .put((byte) family)
        .put((byte) prefixLength)
        .put((byte) flags)
        .put((byte) scope)
        .putInt(index);
  }

  /** {@code struct rtmsg} of the main table. */
  void route(int family, int prefixLength, int scope) {
    room(12)
        .put((byte) family)
        .put((byte) prefixLength)
        .put((byte) 0)
        .put((byte) 0)
        .put((byte) Rt.TABLE_MAIN)
        .put((byte) Rt.PROTOCOL_BOOT)
        .put((byte) scope)
        .put((byte) Rt.UNICAST)
        .putInt(0);
  }

  /** {@code struct rtmsg} that asks for all routes of a family. */
  void routeDump(int family) {
    room(12).put((byte) family).put(new byte[11]);
  }

  MessageBuffer put(int type, byte[] value) {
    room(4).putShort((short) (value.length + 4)).putShort((short) type);
    room(value.length).put(value);
    align();
    return this;
  }

  MessageBuffer put(int type, int value) {
    room(8).putShort((short) 8).putShort((short) type).putInt(value);
    return this;
  }

  MessageBuffer putByte(int type, int value) {
    return put(type, new byte[] {(byte) value});
  }

  MessageBuffer put(int type, String value) {
    byte[] text = value.getBytes(StandardCharsets.UTF_8);
    return put(type, Arrays.copyOf(text, text.length + 1));
  }

  /** Begins a nest and returns what {@link #close} wants. */
  int open(int type) {
    int start = out.position();
    room(4).putShort((short) 0).putShort((short) type);
    return start;
  }

  void close(int start) {
    out.putShort(start, (short) (out.position() - start));
  }

  byte[] bytes() {
    return Arrays.copyOf(out.array(), out.position());
  }

  private void align() {
    while ((out.position() & 3) != 0) {
      room(1).put((byte) 0);
    }
  }

  private ByteBuffer room(int bytes) {
    if (out.remaining() < bytes) {
      ByteBuffer larger =
          ByteBuffer.allocate(Math.max(out.capacity() * 2, out.position() + bytes))
              .order(ByteOrder.nativeOrder());
      out.flip();
      larger.put(out);
      out = larger;
    }
    return out;
  }
}
