/**
 * From what a user asked for to what the kernel is told: the checks and defaults of Docker's
 * container options, and the OCI configuration, a pure function of the container's record and of
 * what start has made ready.
 */
@NullMarked
package io.gantry.container.spec;

import org.jspecify.annotations.NullMarked;
