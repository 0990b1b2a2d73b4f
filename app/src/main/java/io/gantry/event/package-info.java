/**
 * What happened: events with a history on disk that survives restarts (API {@code GET /events}).
 */
@NullMarked
package io.gantry.event;

import org.jspecify.annotations.NullMarked;
