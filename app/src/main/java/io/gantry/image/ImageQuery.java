package io.gantry.image;

import io.gantry.filter.Filters;

/**
 * Which images to list (API v1.51, {@code GET /images/json}).
 *
 * @param all intermediate images too
 * @param filters by name: before, dangling, label, reference, since, until
 * @param sharedSize whether to compute the shared sizes
 * @param containers whether to count the containers
 */
public record ImageQuery(boolean all, Filters filters, boolean sharedSize, boolean containers) {

  /** Every image, nothing computed. */
  public static final ImageQuery ALL = new ImageQuery(true, Filters.NONE, false, false);
}
