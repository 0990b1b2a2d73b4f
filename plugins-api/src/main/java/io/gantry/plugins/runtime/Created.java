package io.gantry.plugins.runtime;

import java.nio.file.Path;

/**
 * A container that was created.
 *
 * @param pid its first process, in host numbers
 * @param bundle its OCI bundle directory, the driver's
 */
public record Created(int pid, Path bundle) {}
