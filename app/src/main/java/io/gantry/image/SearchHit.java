package io.gantry.image;

/**
 * A repository found in a registry (API v1.51, {@code GET /images/search}).
 *
 * @param name familiar
 * @param description may be empty
 * @param stars how many
 * @param official whether the registry calls it official
 */
public record SearchHit(String name, String description, long stars, boolean official) {}
