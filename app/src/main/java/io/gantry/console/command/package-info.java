/** The commands, each a definition and an action over the REST API. */
@NullMarked
package io.gantry.console.command;

import org.jspecify.annotations.NullMarked;
