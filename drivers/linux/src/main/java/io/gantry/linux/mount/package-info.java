/**
 * The mount table as Java: mounting ({@link io.gantry.linux.mount.Mounts}) and reading it ({@link
 * io.gantry.linux.mount.MountInfo}). All calls concern the mount namespace of the calling thread.
 */
@NullMarked
package io.gantry.linux.mount;

import org.jspecify.annotations.NullMarked;
