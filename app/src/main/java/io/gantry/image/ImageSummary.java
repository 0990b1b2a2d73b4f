package io.gantry.image;

import java.util.List;

/**
 * An image in a list (API v1.51, definitions/ImageSummary).
 *
 * @param image the image
 * @param repoTags familiar names with tags
 * @param repoDigests familiar names with digests
 * @param sharedSize bytes shared with other images; -1 when not asked for
 * @param containers how many use it; -1 when not asked for
 */
public record ImageSummary(
    Image image,
    List<String> repoTags,
    List<String> repoDigests,
    long sharedSize,
    long containers) {

  public ImageSummary {
    repoTags = List.copyOf(repoTags);
    repoDigests = List.copyOf(repoDigests);
  }
}
