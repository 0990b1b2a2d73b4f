package io.gantry.plugins.runtime;

/** Where output was written to. A terminal has only {@link #STDOUT}. */
public enum Stream {
  STDOUT,
  STDERR
}
