package io.gantry.linux.netlink;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Optional;

/** An address of an interface, with the length of its network part. */
public record Address(int link, InetAddress address, int prefixLength) {

  static Optional<Address> of(ByteBuffer body) {
    Attributes a = new Attributes(body.slice(8, body.remaining() - 8));
    byte[] bytes = a.bytes(a.has(Rt.IFA_LOCAL) ? Rt.IFA_LOCAL : Rt.IFA_ADDRESS);
    try {
      return Optional.of(
          new Address(
              body.getInt(4), InetAddress.getByAddress(bytes), Byte.toUnsignedInt(body.get(1))));
    } catch (UnknownHostException e) {
      return Optional.empty();
    }
  }
}
