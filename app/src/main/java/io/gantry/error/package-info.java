/**
 * How the engine says no: failures with the meaning clients see, whatever interface they came
 * through.
 */
@NullMarked
package io.gantry.error;

import org.jspecify.annotations.NullMarked;
