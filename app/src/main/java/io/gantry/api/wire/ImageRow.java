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
    List<String> repoDigests,
    List<String> repoTags,
    long sharedSize,
    long size,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long virtualSize) {

  private static final List<String> NO_TAG = List.of("<none>:<none>");
  private static final List<String> NO_DIGEST = List.of("<none>@<none>");

  /**
   * @param virtualSize clients before 1.44 look at it
   * @param placeholders clients before 1.43 want a name for what has none
   */
  public static ImageRow of(ImageSummary summary, boolean virtualSize, boolean placeholders) {
    Image image = summary.image();
    boolean unnamed =
        placeholders && summary.repoTags().isEmpty() && summary.repoDigests().isEmpty();
    return new ImageRow(
        summary.containers(),
        image.created().map(Instant::getEpochSecond).orElse(0L),
        image.id(),
        image.labels().isEmpty() ? null : image.labels(),
        image.parent().orElse(""),
        unnamed ? NO_DIGEST : summary.repoDigests(),
        unnamed ? NO_TAG : summary.repoTags(),
        summary.sharedSize(),
        image.size(),
        virtualSize ? image.size() : null);
  }
}
