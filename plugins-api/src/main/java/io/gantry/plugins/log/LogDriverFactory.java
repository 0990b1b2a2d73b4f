package io.gantry.plugins.log;

import io.gantry.plugins.DriverFactory;

/** Makes a log driver. Its {@link #name()} is what {@code docker run --log-driver} takes. */
public interface LogDriverFactory extends DriverFactory<LogDriver> {}
