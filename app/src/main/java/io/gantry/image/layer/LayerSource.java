package io.gantry.image.layer;

import java.io.IOException;
import java.io.InputStream;

/** Where a layer comes from. */
@FunctionalInterface
public interface LayerSource {

  /**
   * The layer's blob from its beginning, compressed or not. Called again when it has to be read a
   * second time.
   */
  InputStream open() throws IOException;
}
