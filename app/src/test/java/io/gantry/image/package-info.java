/** Images on the real kernel, with a real registry. */
@NullMarked
package io.gantry.image;

import org.jspecify.annotations.NullMarked;
