package io.gantry.linux.netlink;

import com.sun.jna.Native;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.io.IOException;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Sends what a namespace's processes send to one address and port to another port of that address,
 * by nftables ({@code NETLINK_NETFILTER}). So the first port stays free for a server of the
 * namespace's own.
 */
public final class PortTranslation {

  private static final int NETLINK_NETFILTER = 12;
  private static final int SUBSYSTEM = 10 << 8;
  private static final int BATCH_BEGIN = 16;
  private static final int BATCH_END = 17;
  private static final int NEWTABLE = SUBSYSTEM;
  private static final int DELTABLE = SUBSYSTEM | 2;
  private static final int NEWCHAIN = SUBSYSTEM | 3;
  private static final int NEWRULE = SUBSYSTEM | 6;
  private static final int APPEND = 0x800;

  private static final int NFPROTO_IPV4 = 2;
  private static final int LOCAL_OUT = 3;
  private static final int DSTNAT_PRIORITY = -100;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final String TABLE = "gantry";
  private static final String CHAIN = "resolver";

  /** {@code NFTA_*} numbers of {@code linux/netfilter/nf_tables.h}. */
  private static final int NESTED = 1 << 15;

  private static final int REGISTER = 1;
  private static final int OTHER_REGISTER = 2;

  private PortTranslation() {}

  /**
   * Installs the translation for TCP and UDP in the calling thread's network namespace, in place of
   * an earlier one.
   *
   * @throws IOException when the kernel cannot do it; nothing is changed then
   */
  public static void install(Inet4Address address, int from, int tcpTo, int udpTo)
      throws IOException {
    try {
      commit(batch(false, address, from, tcpTo, udpTo));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EEXIST) {
        throw e;
      }
      commit(batch(true, address, from, tcpTo, udpTo));
    }
  }

  /**
   * @param again removes what an earlier call made, for which the kernel takes a hundred times as
   *     long
   */
  private static Batch batch(boolean again, Inet4Address address, int from, int tcpTo, int udpTo) {
    MessageBuffer out = new MessageBuffer();
    int sequence = 0;
    begin(out, BATCH_BEGIN, 0, sequence++, 0, SUBSYSTEM >> 8);
    out.end();
    if (again) {
      begin(out, DELTABLE, 0, sequence++, NFPROTO_IPV4, 0);
      out.put(1, TABLE);
      out.end();
    }
    begin(out, NEWTABLE, Rt.F_CREATE | Rt.F_EXCL, sequence++, NFPROTO_IPV4, 0);
    out.put(1, TABLE);
    out.end();
    begin(out, NEWCHAIN, Rt.F_CREATE, sequence++, NFPROTO_IPV4, 0);
    out.put(1, TABLE).put(3, CHAIN);
    int hook = out.open(4 | NESTED);
    out.put(1, Integer.reverseBytes(LOCAL_OUT)).put(2, Integer.reverseBytes(DSTNAT_PRIORITY));
    out.close(hook);
    out.put(7, "nat");
    out.end();
    rule(out, sequence++, address, TCP, from, tcpTo);
    rule(out, sequence++, address, UDP, from, udpTo);
    begin(out, BATCH_END, 0, sequence, 0, SUBSYSTEM >> 8);
    out.end();
    return new Batch(out, sequence - 1);
  }

  /**
   * Changes that are made together.
   *
   * @param answers how many acknowledgements there will be
   */
  private record Batch(MessageBuffer messages, int answers) {}

  private static void begin(
      MessageBuffer out, int type, int flags, int sequence, int family, int resource) {
    boolean batch = type == BATCH_BEGIN || type == BATCH_END;
    out.begin(type, Rt.F_REQUEST | (batch ? 0 : Rt.F_ACK) | flags, sequence);
    out.netfilter(family, resource);
  }

  private static void rule(
      MessageBuffer out, int sequence, Inet4Address address, int protocol, int from, int to) {
    begin(out, NEWRULE, Rt.F_CREATE | APPEND, sequence, NFPROTO_IPV4, 0);
    out.put(1, TABLE).put(2, CHAIN);
    int expressions = out.open(4 | NESTED);
    payload(out, 1, 16, 4);
    compare(out, address.getAddress());
    meta(out, 16);
    compare(out, new byte[] {(byte) protocol});
    payload(out, 2, 2, 2);
    compare(out, port(from));
    immediate(out, REGISTER, address.getAddress());
    immediate(out, OTHER_REGISTER, port(to));
    int element = open(out, "nat");
    int data = out.open(2 | NESTED);
    out.put(1, Integer.reverseBytes(1))
        .put(2, Integer.reverseBytes(NFPROTO_IPV4))
        .put(3, Integer.reverseBytes(REGISTER))
        .put(5, Integer.reverseBytes(OTHER_REGISTER));
    out.close(data);
    out.close(element);
    out.close(expressions);
    out.end();
  }

  private static int open(MessageBuffer out, String expression) {
    int element = out.open(1 | NESTED);
    out.put(1, expression);
    return element;
  }

  /** Loads bytes of the network (1) or transport (2) header into the register. */
  private static void payload(MessageBuffer out, int base, int offset, int length) {
    int element = open(out, "payload");
    int data = out.open(2 | NESTED);
    out.put(1, Integer.reverseBytes(REGISTER))
        .put(2, Integer.reverseBytes(base))
        .put(3, Integer.reverseBytes(offset))
        .put(4, Integer.reverseBytes(length));
    out.close(data);
    out.close(element);
  }

  private static void meta(MessageBuffer out, int key) {
    int element = open(out, "meta");
    int data = out.open(2 | NESTED);
    out.put(1, Integer.reverseBytes(REGISTER)).put(2, Integer.reverseBytes(key));
    out.close(data);
    out.close(element);
  }

  /** Goes on only if the register has this value. */
  private static void compare(MessageBuffer out, byte[] value) {
    int element = open(out, "cmp");
    int data = out.open(2 | NESTED);
    out.put(1, Integer.reverseBytes(REGISTER)).put(2, 0);
    int wanted = out.open(3 | NESTED);
    out.put(1, value);
    out.close(wanted);
    out.close(data);
    out.close(element);
  }

  private static void immediate(MessageBuffer out, int register, byte[] value) {
    int element = open(out, "immediate");
    int data = out.open(2 | NESTED);
    out.put(1, Integer.reverseBytes(register));
    int wanted = out.open(2 | NESTED);
    out.put(1, value);
    out.close(wanted);
    out.close(data);
    out.close(element);
  }

  private static byte[] port(int port) {
    return new byte[] {(byte) (port >> 8), (byte) port};
  }

  private static void commit(Batch batch) throws IOException {
    int fd =
        SocketCalls.socket(
            SocketCalls.AF_NETLINK,
            SocketCalls.SOCK_RAW | SocketCalls.SOCK_CLOEXEC,
            NETLINK_NETFILTER);
    if (fd < 0) {
      throw ErrnoException.last("open a netfilter socket");
    }
    try {
      byte[] bytes = batch.messages.bytes();
      if (SocketCalls.send(fd, bytes, bytes.length, 0) < 0) {
        throw ErrnoException.last("send to netfilter");
      }
      byte[] buffer = new byte[8192];
      int seen = 0;
      while (seen < batch.answers) {
        long length = SocketCalls.recv(fd, buffer, buffer.length, SocketCalls.MSG_DONTWAIT);
        if (length < 0 && Native.getLastError() == Errno.EINTR) {
          continue;
        }
        if (length < 0) {
          throw ErrnoException.last("receive from netfilter");
        }
        ByteBuffer in = ByteBuffer.wrap(buffer, 0, (int) length).order(ByteOrder.nativeOrder());
        while (in.remaining() >= 20) {
          int start = in.position();
          int size = in.getInt(start);
          int errno = -in.getInt(start + 16);
          if (errno != 0) {
            throw new ErrnoException("translate a port by nftables", errno);
          }
          seen++;
          in.position(Math.min(in.limit(), start + Math.max(20, (size + 3) & ~3)));
        }
      }
    } finally {
      SocketCalls.close(fd);
    }
  }
}
