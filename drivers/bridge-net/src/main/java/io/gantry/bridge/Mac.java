package io.gantry.bridge;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.Prefix;
import java.util.HexFormat;
import java.util.Optional;

/** Hardware addresses. */
final class Mac {

  private static final HexFormat COLONS = HexFormat.ofDelimiter(":");

  private Mac() {}

  /**
   * An endpoint's address, made from its IP address as Docker did for long: who gets an IP address
   * again has the hardware address its neighbours remember.
   */
  static byte[] of(Optional<Prefix> ipv4, Optional<Prefix> ipv6) {
    byte[] ip =
        ipv4.or(() -> ipv6)
            .orElseThrow(() -> new DriverException(Kind.INVALID, "an endpoint without any address"))
            .address()
            .getAddress();
    int end = ip.length;
    return new byte[] {2, 0x42, ip[end - 4], ip[end - 3], ip[end - 2], ip[end - 1]};
  }

  /** A bridge's address, from its network's id. */
  static byte[] ofNetwork(String id) {
    byte[] b = HexFormat.of().parseHex(id.substring(0, 8));
    return new byte[] {2, 0x42, b[0], b[1], b[2], b[3]};
  }

  static byte[] parse(String text) {
    try {
      byte[] bytes = COLONS.parseHex(text);
      if (bytes.length == 6 && (bytes[0] & 1) == 0) {
        return bytes;
      }
    } catch (IllegalArgumentException e) {
      throw new DriverException(Kind.INVALID, "invalid MAC address: " + text, e);
    }
    throw new DriverException(Kind.INVALID, "invalid MAC address: " + text);
  }

  static String text(byte[] bytes) {
    return COLONS.formatHex(bytes);
  }
}
