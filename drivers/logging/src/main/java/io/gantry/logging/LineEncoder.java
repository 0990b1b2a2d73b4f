package io.gantry.logging;

import io.gantry.plugins.log.LogRecord;

/** Writes records as lines of a kind of log file. For one thread at a time. */
interface LineEncoder {

  /** How much room {@link #encode} may need. */
  int maxLength(LogRecord entry);

  /** Writes a record and a newline; returns the offset after it. */
  int encode(LogRecord entry, byte[] out, int offset);
}
