package io.gantry.container.log;

import java.util.OptionalLong;

/**
 * What a client wants of a log (API {@code GET /containers/{id}/logs}). Times are nanoseconds since
 * 1970.
 *
 * @param follow goes on until the container stops
 * @param timestamps puts the time before each line
 * @param details puts the attributes before each line
 * @param tail only so many last lines; empty for all
 */
public record LogRequest(
    boolean stdout,
    boolean stderr,
    boolean follow,
    boolean timestamps,
    boolean details,
    OptionalLong since,
    OptionalLong until,
    OptionalLong tail) {}
