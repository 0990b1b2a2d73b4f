/**
 * Volumes: named directories that outlive containers, who uses them, and the built-in {@code local}
 * driver.
 */
@NullMarked
package io.gantry.volume;

import org.jspecify.annotations.NullMarked;
