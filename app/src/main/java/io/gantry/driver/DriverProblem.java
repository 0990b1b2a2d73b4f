package io.gantry.driver;

/**
 * A driver or plugin that does not work, for {@code /info} and health.
 *
 * @param source the plugin directory's name, or {@code built-in}
 * @param driver kind and name as far as known, for instance {@code log driver acme}
 * @param message what is wrong
 */
public record DriverProblem(String source, String driver, String message) {}
