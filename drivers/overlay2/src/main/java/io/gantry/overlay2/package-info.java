/**
 * Snapshots on overlayfs: each a directory of its own files on an ordinary file system, stacked by
 * the kernel when mounted. {@link io.gantry.overlay2.Overlay2Factory} makes the driver.
 */
@NullMarked
package io.gantry.overlay2;

import org.jspecify.annotations.NullMarked;
