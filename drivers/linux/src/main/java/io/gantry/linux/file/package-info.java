/**
 * Files by descriptors: what {@code java.nio.file} cannot say. Names are resolved below an open
 * directory ({@link io.gantry.linux.file.Directory}), so that a tree somebody else is changing can
 * be worked on without ever leaving it.
 *
 * <p>Calls go straight to the C library and hold their thread while they last; those that may take
 * long ({@link io.gantry.linux.file.Fd#syncFileSystem()}, {@link io.gantry.linux.file.Fd#sync()})
 * hand over to a platform thread when called on a virtual one.
 */
@NullMarked
package io.gantry.linux.file;

import org.jspecify.annotations.NullMarked;
