/** Sizes, durations and truth values in the spelling of Go and of Docker. */
@NullMarked
package io.gantry.units;

import org.jspecify.annotations.NullMarked;
