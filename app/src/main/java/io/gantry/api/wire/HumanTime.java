package io.gantry.api.wire;

import java.time.Duration;

/** How long something took, as people say it and Docker prints it. */
final class HumanTime {

  private HumanTime() {}

  static String of(Duration duration) {
    long seconds = duration.toSeconds();
    if (seconds < 1) {
      return "Less than a second";
    }
    if (seconds == 1) {
      return "1 second";
    }
    if (seconds < 60) {
      return seconds + " seconds";
    }
    long minutes = duration.toMinutes();
    if (minutes == 1) {
      return "About a minute";
    }
    if (minutes < 60) {
      return minutes + " minutes";
    }
    long hours = Math.round(seconds / 3600.0);
    if (hours == 1) {
      return "About an hour";
    }
    long days = hours / 24;
    if (hours < 48) {
      return hours + " hours";
    }
    if (days < 14) {
      return days + " days";
    }
    if (days < 60) {
      return days / 7 + " weeks";
    }
    if (days < 2 * 365) {
      return days / 30 + " months";
    }
    return days / 365 + " years";
  }
}
