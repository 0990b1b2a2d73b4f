package io.gantry.plugins.auth;

import io.gantry.plugins.DriverFactory;

/**
 * Makes an authorization driver. Its {@link #name()} is what {@code --authorization-plugin} takes.
 */
public interface AuthorizationDriverFactory extends DriverFactory<AuthorizationDriver> {}
