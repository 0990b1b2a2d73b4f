package io.gantry.plugins.network;

import java.nio.file.Path;

/**
 * A container's network namespace.
 *
 * @param id the container's id
 * @param netns a file that stands for the namespace (a bind mount of an {@code nsfs} file); it
 *     exists while the sandbox does
 */
public record Sandbox(String id, Path netns) {}
