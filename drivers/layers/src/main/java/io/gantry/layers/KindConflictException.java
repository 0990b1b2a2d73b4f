package io.gantry.layers;

import java.io.IOException;

/**
 * A directory would have taken the place of something else, or the other way round, which was not
 * wished. The message is Docker's, which names the entry and the directory it was to go to.
 */
public final class KindConflictException extends IOException {

  private static final long serialVersionUID = 1L;

  KindConflictException(String name, String destination, boolean directoryThere) {
    super(
        directoryThere
            ? "cannot overwrite directory \""
                + name
                + "\" with non-directory \""
                + destination
                + "\""
            : "cannot overwrite non-directory \""
                + name
                + "\" with directory \""
                + destination
                + "\"");
  }
}
