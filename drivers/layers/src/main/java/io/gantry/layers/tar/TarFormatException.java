package io.gantry.layers.tar;

import java.io.IOException;

/**
 * The bytes are not a tar, or one that is refused: beyond a limit, or meant to write outside. The
 * message names the entry where there is one.
 */
public final class TarFormatException extends IOException {

  private static final long serialVersionUID = 1L;

  public TarFormatException(String message) {
    super(message);
  }
}
