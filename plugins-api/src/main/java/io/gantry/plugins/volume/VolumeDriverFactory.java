package io.gantry.plugins.volume;

import io.gantry.plugins.DriverFactory;

/**
 * Makes a volume driver. Its {@link #name()} is what {@code docker volume create --driver} takes.
 */
public interface VolumeDriverFactory extends DriverFactory<VolumeDriver> {}
