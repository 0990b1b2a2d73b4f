package io.gantry.overlay2;

import java.security.SecureRandom;

/** Names of snapshots' directories: random, short, and never two the same. */
final class Ids {

  private static final String DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final int LENGTH = 13;

  private final SecureRandom random = new SecureRandom();

  String next(Index taken) {
    while (true) {
      StringBuilder id = new StringBuilder(LENGTH);
      for (int i = 0; i < LENGTH; i++) {
        id.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
      }
      if (!taken.hasId(id.toString())) {
        return id.toString();
      }
    }
  }
}
