package io.gantry.bridge;

import io.gantry.linux.netlink.Link;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;

/**
 * How this engine's interfaces are known again: veths by a name that begins with {@code veth} and
 * four characters made from the engine's id, bridges by their alias. A second engine on the host
 * has another id, and so other names.
 */
final class LinkNames {

  private final String instance;
  private final String vethPrefix;

  LinkNames(String instance) {
    this.instance = instance;
    this.vethPrefix = "veth" + letters(instance, 4);
  }

  /** The host's end of an endpoint; 15 characters, the most the kernel takes. */
  String veth(String endpointId) {
    return vethPrefix + letters(endpointId, 7);
  }

  boolean isVeth(Link link) {
    return link.name().length() == 15 && link.name().startsWith(vethPrefix);
  }

  /** What is written on a bridge. */
  String alias(String networkId) {
    return "gantry:" + instance + ":" + networkId;
  }

  boolean isBridge(Link link) {
    return link.alias().startsWith("gantry:" + instance + ":");
  }

  /** What the engine's firewall chains have in their names. */
  static String chain(String instance) {
    return letters(instance, 5).toUpperCase(Locale.ROOT);
  }

  private static String letters(String id, int count) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      String text = new BigInteger(1, Arrays.copyOf(hash, 12)).toString(36);
      return text.toLowerCase(Locale.ROOT).substring(text.length() - count);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
