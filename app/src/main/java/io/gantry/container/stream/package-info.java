/**
 * The standard streams of running containers and execs, between the runtime's monitors and any
 * number of clients.
 */
@NullMarked
package io.gantry.container.stream;

import org.jspecify.annotations.NullMarked;
