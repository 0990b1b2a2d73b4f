package io.gantry.image;

import java.util.List;

/**
 * Disk usage of images (API v1.51, {@code GET /system/df}).
 *
 * @param layersSize bytes of all layers, each counted once
 * @param images all top images, with shared sizes and container counts
 */
public record ImageUsage(long layersSize, List<ImageSummary> images) {

  public ImageUsage {
    images = List.copyOf(images);
  }
}
