package io.gantry.image;

import io.gantry.registry.RegistryPolicy;
import java.nio.file.Path;

/**
 * What the images are told at start.
 *
 * @param dataDirectory for layer records, downloads and loads under way; on the disk of the data
 *     root
 * @param runDirectory for mount points
 * @param driverName of the storage driver, for {@code inspect}
 * @param registries insecure ones and mirrors
 * @param downloads at a time
 * @param uploads at a time
 * @param downloadAttempts before a connection that breaks is a failure
 */
public record ImageOptions(
    Path dataDirectory,
    Path runDirectory,
    String driverName,
    RegistryPolicy registries,
    int downloads,
    int uploads,
    int downloadAttempts) {}
