package io.gantry.image;

import io.gantry.config.DaemonOptions;
import io.gantry.registry.RegistryPolicy;
import java.net.URI;
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
    int downloadAttempts) {

  /** What the daemon's options say of images. */
  public static ImageOptions of(DaemonOptions options) {
    DaemonOptions.Registry registry = options.registry();
    return new ImageOptions(
        options.dataRoot().resolve("image"),
        options.execRoot().resolve("image"),
        options.storage().driver(),
        new RegistryPolicy(
            registry.insecure(), registry.mirrors().stream().map(URI::toString).toList()),
        registry.maxConcurrentDownloads(),
        registry.maxConcurrentUploads(),
        registry.maxDownloadAttempts());
  }
}
