/** The entry point: decides between the daemon and the console. */
@NullMarked
package io.gantry;

import org.jspecify.annotations.NullMarked;
