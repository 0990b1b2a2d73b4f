package io.gantry.layers;

import java.io.IOException;

/** An archive was to go where nothing can be written. */
public final class ReadOnlyTargetException extends IOException {

  private static final long serialVersionUID = 1L;

  private final boolean root;

  ReadOnlyTargetException(String directory, boolean root) {
    super(directory + " is mounted read-only");
    this.root = root;
  }

  /** Whether the root file system is read-only, not something mounted in it. */
  public boolean isRoot() {
    return root;
  }
}
