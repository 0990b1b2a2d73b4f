/**
 * The journal of a container's output: the files conmon writes, read line by line. Knows nothing of
 * the driver; who makes conmon go on in a new file is told to it.
 */
@NullMarked
package io.gantry.oci.journal;

import org.jspecify.annotations.NullMarked;
