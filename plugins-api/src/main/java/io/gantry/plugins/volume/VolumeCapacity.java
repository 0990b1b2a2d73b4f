package io.gantry.plugins.volume;

import java.util.OptionalLong;

/**
 * How full a volume is, in bytes.
 *
 * @param limit how much it may hold; empty when nothing but the disk limits it
 */
public record VolumeCapacity(long used, OptionalLong limit) {}
