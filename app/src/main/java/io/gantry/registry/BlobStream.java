package io.gantry.registry;

import java.io.IOException;
import java.io.InputStream;

/**
 * A blob on its way. Its digest has not been checked.
 *
 * @param body to be closed
 * @param offset of its first byte within the blob: what was asked for, or 0 when the server cannot
 *     begin in the middle
 */
public record BlobStream(InputStream body, long offset) implements AutoCloseable {

  @Override
  public void close() throws IOException {
    body.close();
  }
}
