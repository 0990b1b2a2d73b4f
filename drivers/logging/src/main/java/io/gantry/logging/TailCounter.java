package io.gantry.logging;

import io.gantry.plugins.log.LogStream;

/** Counts lines from the end of a log backwards; a line that is in several records counts once. */
final class TailCounter {

  private final boolean[] inLine = new boolean[LogStream.values().length];
  private long left;

  TailCounter(long lines) {
    this.left = lines;
  }

  /** Takes the next older record; says whether it still belongs to the tail. */
  boolean accept(LogStream stream, boolean partial) {
    boolean sameLine = partial && inLine[stream.ordinal()];
    if (!sameLine) {
      if (left <= 0) {
        return false;
      }
      left--;
    }
    inLine[stream.ordinal()] = true;
    return true;
  }
}
