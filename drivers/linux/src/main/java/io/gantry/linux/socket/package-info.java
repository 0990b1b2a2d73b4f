/** Sockets that the JDK does not have: Unix sockets that keep message boundaries. */
@NullMarked
package io.gantry.linux.socket;

import org.jspecify.annotations.NullMarked;
