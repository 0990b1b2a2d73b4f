package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gantry.image.Image;
import io.gantry.image.ImageSummary;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An image in a list (API v1.51, definitions/ImageSummary). */
public record ImageRow(
    long containers,
    long created,
    String id,
    @Nullable Map<String, String> labels,
    String parentId,
    @Nullable List<String> repoDigests,
    @Nullable List<String> repoTags,
    long sharedSize,
    long size,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long virtualSize) {

  /** What Docker writes where an image has no tags, or no digests. */
  public enum None {
    /** Lists, since 1.43: an empty list. */
    EMPTY,
    /** Lists before: null, and a name that is none for an image with neither. */
    PLACEHOLDER,
    /** Disk usage: null. */
    NULL;

    private @Nullable List<String> orNull(List<String> names) {
      return names.isEmpty() && this != EMPTY ? null : names;
    }
  }

  private static final List<String> NO_TAG = List.of("<none>:<none>");
  private static final List<String> NO_DIGEST = List.of("<none>@<none>");

  /**
   * @param virtualSize clients before 1.44 look at it
   * @param none what there is instead of names
   */
  public static ImageRow of(ImageSummary summary, boolean virtualSize, None none) {
    Image image = summary.image();
    List<String> tags = summary.repoTags();
    List<String> digests = summary.repoDigests();
    boolean unnamed = none == None.PLACEHOLDER && tags.isEmpty() && digests.isEmpty();
    return new ImageRow(
        summary.containers(),
        image.created().map(Instant::getEpochSecond).orElse(0L),
        image.id(),
        image.labels().isEmpty() ? null : image.labels(),
        image.parent().orElse(""),
        unnamed ? NO_DIGEST : none.orNull(digests),
        unnamed ? NO_TAG : none.orNull(tags),
        summary.sharedSize(),
        image.size(),
        virtualSize ? image.size() : null);
  }
}
