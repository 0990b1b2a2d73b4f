/** The engine as a whole: what it is, what it has, what it takes on the disk. */
@NullMarked
package io.gantry.system;

import org.jspecify.annotations.NullMarked;
