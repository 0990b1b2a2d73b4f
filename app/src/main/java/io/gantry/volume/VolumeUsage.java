package io.gantry.volume;

/**
 * What a volume takes ({@code GET /system/df}).
 *
 * @param references how many containers have it
 * @param size bytes on the disk; -1 when its driver cannot say
 */
public record VolumeUsage(Volume volume, int references, long size) {}
