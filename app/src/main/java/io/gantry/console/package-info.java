/** The console: commands that speak the REST API over the socket. */
@NullMarked
package io.gantry.console;

import org.jspecify.annotations.NullMarked;
