package io.gantry.console.command;

import java.io.IOException;

/** Nobody reads the output any more, as in {@code gantry logs web | head}. */
final class BrokenOutputException extends IOException {

  private static final long serialVersionUID = 1L;

  BrokenOutputException() {
    super("nobody reads the output");
  }
}
