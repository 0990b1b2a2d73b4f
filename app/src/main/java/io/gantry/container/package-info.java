/** Containers: what they are (immutable records) and their life from create to remove. */
@NullMarked
package io.gantry.container;

import org.jspecify.annotations.NullMarked;
