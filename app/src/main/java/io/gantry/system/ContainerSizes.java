package io.gantry.system;

import io.gantry.container.Container;
import io.gantry.image.Image;
import io.gantry.image.ImageService;
import io.gantry.plugins.storage.StorageDriver;
import org.springframework.stereotype.Component;

/** What containers take on the disk. Thread-safe; walks files, so it is as slow as they are many. */
@Component
public final class ContainerSizes {

  /**
   * Bytes of one container.
   *
   * @param rw written by it
   * @param rootFs that, and its image
   */
  public record Sizes(long rw, long rootFs) {}

  private final StorageDriver storage;
  private final ImageService images;

  ContainerSizes(StorageDriver storage, ImageService images) {
    this.storage = storage;
    this.images = images;
  }

  /** The sizes now; 0 for a container that has no files any more. */
  public Sizes of(Container container) {
    long rw =
        storage.stat(container.id()).isPresent() ? storage.usage(container.id()).bytes() : 0;
    long image = images.find(container.imageId()).map(Image::size).orElse(0L);
    return new Sizes(rw, rw + image);
  }
}
