package io.gantry.plugins.network;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/**
 * An address with the length of its network part: a subnet ({@code 172.17.0.0/16}) or an
 * interface's address in it ({@code 172.17.0.2/16}). Never looks up a name.
 */
public record Prefix(InetAddress address, int length) {

  private static final Pattern IPV4 = Pattern.compile("(?:(?:0|[1-9]\\d{0,2})(?:\\.(?!$)|$)){4}");

  public Prefix {
    if (length < 0 || length > address.getAddress().length * 8) {
      throw new IllegalArgumentException("prefix length out of range: " + length);
    }
  }

  /**
   * Reads CIDR notation.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  public static Prefix parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0 || text.length() - slash > 4 || text.length() == slash + 1) {
      throw new IllegalArgumentException("not in CIDR notation: " + text);
    }
    for (int i = slash + 1; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        throw new IllegalArgumentException("not in CIDR notation: " + text);
      }
    }
    return new Prefix(
        address(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  /**
   * Reads an address in the usual notation of its family: four decimal parts, or IPv6 without a
   * zone.
   *
   * @throws IllegalArgumentException when the text is anything else
   */
  public static InetAddress address(String text) {
    boolean six = text.indexOf(':') >= 0;
    if (text.indexOf('%') >= 0 || (!six && !IPV4.matcher(text).matches())) {
      throw new IllegalArgumentException("not an IP address: " + text);
    }
    return InetAddress.ofLiteral(text);
  }

  /** The usual text of an address: IPv6 is shortened (RFC 5952). */
  public static String text(InetAddress address) {
    if (!(address instanceof Inet6Address)) {
      return address.getHostAddress();
    }
    byte[] b = address.getAddress();
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = ((b[2 * i] & 0xff) << 8) | (b[2 * i + 1] & 0xff);
    }
    int start = -1;
    int longest = 1;
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > longest) {
        longest = end - i;
        start = i;
      }
    }
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == start) {
        out.append("::");
        i += longest - 1;
      } else {
        if (!out.isEmpty() && out.charAt(out.length() - 1) != ':') {
          out.append(':');
        }
        out.append(Integer.toHexString(groups[i]));
      }
    }
    return out.toString();
  }

  public boolean isIpv6() {
    return address instanceof Inet6Address;
  }

  /** The subnet: this prefix with all host bits zero. */
  public Prefix network() {
    byte[] b = address.getAddress();
    for (int bit = length; bit < b.length * 8; bit++) {
      b[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    return new Prefix(ofBytes(b), length);
  }

  /** Whether the address is in the subnet; false when the families differ. */
  public boolean contains(InetAddress other) {
    byte[] a = address.getAddress();
    byte[] b = other.getAddress();
    if (a.length != b.length) {
      return false;
    }
    for (int bit = 0; bit < length; bit++) {
      if (((a[bit / 8] ^ b[bit / 8]) & 0x80 >> bit % 8) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Whether every address of the other subnet is in this one. */
  public boolean contains(Prefix other) {
    return other.length >= length && contains(other.address);
  }

  public boolean overlaps(Prefix other) {
    return contains(other) || other.contains(this);
  }

  /** CIDR notation. */
  @Override
  public String toString() {
    return text(address) + "/" + length;
  }

  private static InetAddress ofBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(e);
    }
  }
}
