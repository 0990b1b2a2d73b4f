/**
 * What flows: the standard streams of containers and execs over connections taken out of HTTP or
 * over websockets, and answers made of many JSON values.
 */
@NullMarked
package io.gantry.api.stream;

import org.jspecify.annotations.NullMarked;
