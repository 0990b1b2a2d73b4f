package io.gantry.id;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Ids of containers, networks, endpoints, execs and anonymous volumes: 256 random bits in
 * hexadecimal (docker/pkg/stringid). Safe for use by several threads.
 */
public final class Ids {

  /** Apart, so that who only shortens ids, as the console, does not pay for its start. */
  private static final class Source {
    static final SecureRandom RANDOM = new SecureRandom();
  }

  private static final int BYTES = 32;
  private static final int SHORT = 12;

  private Ids() {}

  /**
   * A new id: 64 digits, of which the first twelve are not all decimal (those of a container serve
   * as its host name).
   */
  public static String random() {
    byte[] bytes = new byte[BYTES];
    while (true) {
      Source.RANDOM.nextBytes(bytes);
      String id = HexFormat.of().formatHex(bytes);
      if (!shortened(id).chars().allMatch(Character::isDigit)) {
        return id;
      }
    }
  }

  /** The first twelve digits of an id, without the algorithm where it is a digest. */
  public static String shortened(String id) {
    String digits = id.substring(id.indexOf(':') + 1);
    return digits.length() <= SHORT ? digits : digits.substring(0, SHORT);
  }
}
