/**
 * What a container is: immutable records of what was asked for, what was decided, and how it is
 * now. All of the engine may know them; they know nothing of it.
 */
@NullMarked
package io.gantry.container.record;

import org.jspecify.annotations.NullMarked;
