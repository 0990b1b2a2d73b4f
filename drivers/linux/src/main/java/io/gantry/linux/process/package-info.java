/**
 * Processes: started by {@code posix_spawn} with exactly the descriptors they are given, watched by
 * pidfd, reaped by number. Waiting takes no native thread.
 */
@NullMarked
package io.gantry.linux.process;

import org.jspecify.annotations.NullMarked;
