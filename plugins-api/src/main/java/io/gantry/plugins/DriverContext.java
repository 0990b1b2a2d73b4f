package io.gantry.plugins;

import java.nio.file.Path;

/**
 * Where a driver keeps what it owns. Both directories exist, belong to this driver alone, and are
 * mode 0700.
 *
 * @param dataDirectory survives a reboot, below the data root
 * @param runDirectory is empty after a reboot, below the exec root (tmpfs)
 */
public record DriverContext(Path dataDirectory, Path runDirectory) {}
