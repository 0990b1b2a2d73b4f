package io.gantry.bridge;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.network.Prefix;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which subnets belong to which network, and where new ones are cut from. Thread-safe. */
final class AddressSpace {

  /**
   * A block that is cut into subnets of one size.
   *
   * @param size prefix length of the subnets
   */
  record Block(Prefix base, int size) {}

  /** Docker's: 172.17.0.0/16 to 172.31.0.0/16, then 192.168.0.0/20 and on. */
  static final List<Block> DEFAULT =
      List.of(
          new Block(Prefix.parse("172.17.0.0/16"), 16),
          new Block(Prefix.parse("172.18.0.0/16"), 16),
          new Block(Prefix.parse("172.19.0.0/16"), 16),
          new Block(Prefix.parse("172.20.0.0/14"), 16),
          new Block(Prefix.parse("172.24.0.0/14"), 16),
          new Block(Prefix.parse("172.28.0.0/14"), 16),
          new Block(Prefix.parse("192.168.0.0/16"), 20));

  private final List<Block> blocks;
  private final Block unique;
  private final Map<Prefix, String> owners = new HashMap<>();

  /**
   * @param blocks where IPv4 subnets, and IPv6 ones if there are any, are cut from
   * @param seed gives this engine a unique local IPv6 block of its own (RFC 4193)
   */
  AddressSpace(List<Block> blocks, String seed) {
    this.blocks = List.copyOf(blocks);
    this.unique = new Block(uniqueLocal(seed), 64);
  }

  /** Takes a subnet the user named. */
  synchronized void take(Prefix subnet, String network) {
    Prefix wanted = subnet.network();
    for (Map.Entry<Prefix, String> other : owners.entrySet()) {
      if (other.getKey().overlaps(wanted) && !other.getValue().equals(network)) {
        throw new DriverException(
            Kind.FORBIDDEN,
            "invalid pool request: Pool overlaps with other one on this address space");
      }
    }
    owners.put(wanted, network);
  }

  /** Takes the first subnet that overlaps no other network's and nothing of the host. */
  synchronized Prefix choose(boolean ipv6, String network, Collection<Prefix> host) {
    for (Block block : blocks) {
      if (block.base().isIpv6() == ipv6) {
        Prefix found = choose(block, network, host);
        if (found != null) {
          return found;
        }
      }
    }
    Prefix found = ipv6 ? choose(unique, network, host) : null;
    if (found == null) {
      throw new DriverException(
          Kind.SYSTEM,
          "all predefined address pools have been fully subnetted; could not find an available,"
              + " non-overlapping IPv"
              + (ipv6 ? 6 : 4)
              + " address pool among the defaults to assign to the network");
    }
    return found;
  }

  private @Nullable Prefix choose(Block block, String network, Collection<Prefix> host) {
    int bits = Math.min(block.size() - block.base().length(), 20);
    for (long i = 0; i < 1L << bits; i++) {
      Prefix candidate = subnet(block, i);
      if (owners.keySet().stream().noneMatch(candidate::overlaps)
          && host.stream().noneMatch(candidate::overlaps)) {
        owners.put(candidate, network);
        return candidate;
      }
    }
    return null;
  }

  synchronized void release(String network) {
    owners.values().removeIf(network::equals);
  }

  private static Prefix subnet(Block block, long index) {
    byte[] b = block.base().network().address().getAddress();
    for (int bit = block.size() - 1; index != 0; bit--, index >>>= 1) {
      if ((index & 1) != 0) {
        b[bit / 8] |= (byte) (0x80 >> bit % 8);
      }
    }
    return prefix(b, block.size());
  }

  private static Prefix uniqueLocal(String seed) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(seed.getBytes(StandardCharsets.UTF_8));
      byte[] b = new byte[16];
      b[0] = (byte) 0xfd;
      System.arraycopy(hash, 0, b, 1, 5);
      return prefix(b, 48);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Prefix prefix(byte[] bytes, int length) {
    try {
      return new Prefix(InetAddress.getByAddress(bytes), length);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }
}
