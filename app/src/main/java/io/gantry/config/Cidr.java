package io.gantry.config;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * An address with the length of its network's prefix, as in {@code 192.168.1.5/24}. The host part
 * is kept: {@code --bip} needs it.
 *
 * @param prefixLength in bits, at most 32 for IPv4 and 128 for IPv6
 */
public record Cidr(InetAddress address, int prefixLength) {

  public Cidr {
    if (prefixLength < 0 || prefixLength > address.getAddress().length * 8) {
      throw new IllegalArgumentException("invalid CIDR address: prefix length " + prefixLength);
    }
  }

  /** Reads {@code address/bits}; names are never looked up. */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    if (slash > 0 && text.substring(slash + 1).matches("\\d{1,3}")) {
      try {
        return new Cidr(
            InetAddress.ofLiteral(text.substring(0, slash)),
            Integer.parseInt(text.substring(slash + 1)));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("invalid CIDR address: " + text, e);
      }
    }
    throw new IllegalArgumentException("invalid CIDR address: " + text);
  }

  /** Whether every address of the other network is one of this network. */
  public boolean contains(Cidr other) {
    return other.prefixLength >= prefixLength && contains(other.address);
  }

  public boolean contains(InetAddress other) {
    byte[] mine = network(address.getAddress());
    byte[] theirs = other.getAddress();
    return mine.length == theirs.length && Arrays.equals(mine, network(theirs));
  }

  private byte[] network(byte[] bytes) {
    byte[] network = bytes.clone();
    for (int bit = prefixLength; bit < network.length * 8; bit++) {
      network[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
    }
    return network;
  }

  @Override
  public String toString() {
    return address.getHostAddress() + "/" + prefixLength;
  }
}
