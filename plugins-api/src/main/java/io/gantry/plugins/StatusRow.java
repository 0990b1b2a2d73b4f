package io.gantry.plugins;

/**
 * One line a driver contributes to {@code docker info} (API {@code GET /info}, {@code
 * DriverStatus}).
 */
public record StatusRow(String name, String value) {}
