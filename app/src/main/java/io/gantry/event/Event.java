package io.gantry.event;

import java.util.Map;

/**
 * Something that happened (API {@code EventMessage}).
 *
 * @param type as {@link EventType#text()}, or of a later version whose journal this one reads
 * @param action for instance {@code start}, or {@code exec_start: sh -c id}
 * @param actorId the object's id or, where it has none, its name
 * @param attributes what else is known of the object, in the order of their names
 * @param time nanoseconds since 1970; no two events have the same, and a later event has a greater
 *     one
 * @param scope {@code local}
 */
public record Event(
    String type,
    String action,
    String actorId,
    Map<String, String> attributes,
    long time,
    String scope) {}
