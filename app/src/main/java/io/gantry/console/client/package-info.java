/** HTTP to the daemon, over its socket and without any of its classes. */
@NullMarked
package io.gantry.console.client;

import org.jspecify.annotations.NullMarked;
