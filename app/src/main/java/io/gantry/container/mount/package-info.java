/**
 * What is mounted into containers: the syntax of binds, volumes, tmpfs and images, the plan that is
 * made of it at create, and its way into the container at start. Knows containers' records and the
 * volumes; what the OCI runtime is told is above.
 */
@NullMarked
package io.gantry.container.mount;

import org.jspecify.annotations.NullMarked;
