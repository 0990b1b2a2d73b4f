/**
 * Logs of containers: the pump that carries output from the runtime's journal to the log driver,
 * and reading it back. Knows nothing of containers but what a log driver is told of them.
 */
@NullMarked
package io.gantry.container.log;

import org.jspecify.annotations.NullMarked;
