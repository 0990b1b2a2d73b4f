/**
 * Containers' control groups: what the host can limit, what is limited, and what was used. Knows
 * the contract and the kernel's files, nothing of the driver.
 */
@NullMarked
package io.gantry.oci.cgroup;

import org.jspecify.annotations.NullMarked;
