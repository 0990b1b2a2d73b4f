package io.gantry.config;

import java.util.Set;

/** Reads {@code name=soft[:hard]}, with Docker's rules and messages. */
final class Ulimits {

  private static final Set<String> NAMES =
      Set.of(
          "core",
          "cpu",
          "data",
          "fsize",
          "locks",
          "memlock",
          "msgqueue",
          "nice",
          "nofile",
          "nproc",
          "rss",
          "rtprio",
          "rttime",
          "sigpending",
          "stack");

  private Ulimits() {}

  static DaemonOptions.Ulimit parse(String text) {
    int equals = text.indexOf('=');
    if (equals < 1) {
      throw new IllegalArgumentException("invalid ulimit argument: " + text);
    }
    String[] limits = text.substring(equals + 1).split(":", -1);
    if (limits.length > 2) {
      throw new IllegalArgumentException(
          "too many limit values - "
              + text.substring(equals + 1)
              + ", can only have up to two, `soft[:hard]`");
    }
    long soft = limit(limits[0]);
    return check(text.substring(0, equals), soft, limits.length == 2 ? limit(limits[1]) : soft);
  }

  static DaemonOptions.Ulimit check(String name, long soft, long hard) {
    if (!NAMES.contains(name)) {
      throw new IllegalArgumentException("invalid ulimit type: " + name);
    }
    if (soft < -1 || hard < -1) {
      throw new IllegalArgumentException("ulimit " + name + " is below -1");
    }
    if (hard != -1 && (soft == -1 || soft > hard)) {
      throw new IllegalArgumentException(
          "ulimit soft limit must be less than or equal to hard limit: " + soft + " > " + hard);
    }
    return new DaemonOptions.Ulimit(name, soft, hard);
  }

  private static long limit(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not a number", e);
    }
  }
}
