/** The registry client against servers that misbehave. */
@NullMarked
package io.gantry.registry;

import org.jspecify.annotations.NullMarked;
