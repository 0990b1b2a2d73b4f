package io.gantry.image;

import java.util.Collection;
import java.util.List;

/**
 * Who uses images: implemented by what keeps the containers. Asked while an image is removed; must
 * answer from memory, without taking a container's lock.
 */
@FunctionalInterface
public interface ImageUsers {

  /** All of them, running or not. */
  Collection<Use> users();

  /**
   * A container and its image.
   *
   * @param containerId full id
   * @param imageId {@code sha256:...}; the image itself may have been removed by force
   * @param chainId of the layers below the container's writable one; empty when there are none
   * @param mounted further images, which it mounts
   * @param running whether it runs (paused and restarting count)
   */
  record Use(
      String containerId,
      String imageId,
      String chainId,
      List<MountedImage> mounted,
      boolean running) {

    public Use {
      mounted = List.copyOf(mounted);
    }

    /** Whether an image's name is in use with it. */
    boolean needsNameOf(String image) {
      return imageId.equals(image) || mounted.stream().anyMatch(other -> other.id().equals(image));
    }
  }
}
