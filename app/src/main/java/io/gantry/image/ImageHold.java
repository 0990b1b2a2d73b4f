package io.gantry.image;

import java.util.Optional;

/**
 * An image that cannot go away while somebody makes something from it. Close it when what was made
 * is known to {@link ImageUsers}; in memory only, so a crash lets go of it.
 */
public interface ImageHold extends AutoCloseable {

  Image image();

  /**
   * The snapshot to give to {@code StorageDriver.prepare} as the parent; absent for an image
   * without layers.
   */
  Optional<String> parentSnapshot();

  @Override
  void close();
}
