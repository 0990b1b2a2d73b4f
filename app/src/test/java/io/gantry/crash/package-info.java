/** What a killed daemon leaves, and what the next one makes of it. */
@NullMarked
package io.gantry.crash;

import org.jspecify.annotations.NullMarked;
