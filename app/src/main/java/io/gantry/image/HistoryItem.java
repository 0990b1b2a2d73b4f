package io.gantry.image;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A step of an image's history (API v1.51, {@code GET /images/{name}/history}), newest first in
 * lists.
 *
 * @param id of the image after this step, or {@code <missing>}
 * @param created when
 * @param createdBy the command
 * @param tags familiar names of that image
 * @param size of the layer, in bytes
 * @param comment may be empty
 */
public record HistoryItem(
    String id,
    Optional<Instant> created,
    String createdBy,
    List<String> tags,
    long size,
    String comment) {}
