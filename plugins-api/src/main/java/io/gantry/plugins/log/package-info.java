/**
 * Log drivers: where the output of a container goes and how it is read back.
 *
 * <p>The engine owns a raw journal of each container's output, which outlives the daemon. It feeds
 * a {@link io.gantry.plugins.log.LogSink} from the journal and keeps the place it has come to
 * together with the sink's own {@linkplain io.gantry.plugins.log.LogSink#flush() mark}, so that
 * after a crash both go on from the same line. A driver therefore never blocks a container, and
 * need not queue.
 */
@NullMarked
package io.gantry.plugins.log;

import org.jspecify.annotations.NullMarked;
