/** The interactive console: Spring Shell, fed from the definitions of the commands. */
@NullMarked
package io.gantry.console.shell;

import org.jspecify.annotations.NullMarked;
