package io.gantry.plugins.storage;

import io.gantry.plugins.DriverFactory;

/**
 * Makes a storage driver. {@link #name()} is what {@code --storage-driver} takes; the keys of the
 * options given to {@code open} are those of {@code --storage-opt} without the driver's prefix
 * ({@code overlay2.size=1G} arrives as {@code size=1G}).
 */
public interface StorageDriverFactory extends DriverFactory<StorageDriver> {}
