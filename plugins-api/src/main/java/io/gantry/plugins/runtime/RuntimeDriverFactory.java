package io.gantry.plugins.runtime;

import io.gantry.plugins.DriverFactory;

/**
 * Makes a runtime driver.
 *
 * <p>The daemon opens the driver after it has made its data root and its exec root shared mounts: a
 * driver may start runtimes in a mount namespace of its own, which sees later mounts only below
 * these.
 */
public interface RuntimeDriverFactory extends DriverFactory<RuntimeDriver> {}
