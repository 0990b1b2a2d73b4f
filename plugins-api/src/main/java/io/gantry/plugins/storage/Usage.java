package io.gantry.plugins.storage;

/**
 * What a snapshot takes for itself, its parents not counted.
 *
 * @param bytes on the disk: allocated blocks, so a sparse file counts what it really takes
 * @param inodes a file with several names counts once
 */
public record Usage(long bytes, long inodes) {}
