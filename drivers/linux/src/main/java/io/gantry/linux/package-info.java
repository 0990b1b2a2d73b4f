/**
 * The Linux kernel as Java. No policy: each package wraps one family of calls; errors are {@link
 * io.gantry.linux.ErrnoException}.
 */
@NullMarked
package io.gantry.linux;

import org.jspecify.annotations.NullMarked;
