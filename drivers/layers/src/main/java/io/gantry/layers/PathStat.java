package io.gantry.layers;

import io.gantry.linux.file.FileStat;

/**
 * What is at a path (API, header {@code X-Docker-Container-Path-Stat}).
 *
 * @param name its last component as it was asked for: {@code .} for {@code /dir/.}
 * @param stat of the link itself where it is one
 * @param linkTarget where a symbolic link leads in the end, as a path from the root; empty for
 *     anything else
 */
public record PathStat(String name, FileStat stat, String linkTarget) {}
