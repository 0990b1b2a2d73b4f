package io.gantry.plugins.network;

import io.gantry.plugins.DriverFactory;

/** Finds network drivers; see {@link DriverFactory}. */
public interface NetworkDriverFactory extends DriverFactory<NetworkDriver> {}
