/**
 * Runs containers by conmon, a small monitor process per container, and an OCI runtime: crun, or
 * runc where crun cannot run. What these programs promise, and what the engine must know of them,
 * is written down in the classes that use it.
 */
@NullMarked
package io.gantry.oci;

import org.jspecify.annotations.NullMarked;
