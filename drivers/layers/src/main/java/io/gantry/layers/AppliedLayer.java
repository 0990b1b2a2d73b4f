package io.gantry.layers;

/**
 * What was applied.
 *
 * @param contentBytes the sizes of all regular files and links together, as {@code docker images}
 *     counts them
 * @param entries how many entries the archive had
 */
public record AppliedLayer(long contentBytes, long entries) {}
