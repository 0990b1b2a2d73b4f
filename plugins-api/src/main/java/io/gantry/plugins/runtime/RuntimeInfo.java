package io.gantry.plugins.runtime;

/**
 * An OCI runtime program (API {@code GET /info}, {@code Runtimes} and {@code RuncCommit}).
 *
 * @param name as containers name it
 * @param path the program
 * @param version as the program tells it, empty when it does not
 * @param commit as the program tells it, empty when it does not
 */
public record RuntimeInfo(String name, String path, String version, String commit) {}
