/** Volume drivers: named directories that outlive containers. */
@NullMarked
package io.gantry.plugins.volume;

import org.jspecify.annotations.NullMarked;
