package io.gantry.plugins.storage;

/**
 * What a snapshot takes for itself, its parents not counted.
 *
 * @param bytes the lengths of all files together, directories not counted, as {@code docker ps
 *     --size} counts them
 * @param inodes a file with several names counts once
 */
public record Usage(long bytes, long inodes) {}
