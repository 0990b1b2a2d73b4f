/**
 * openEuler's hooks: programs of the host that are run before a container's program, after its
 * start and after its end. This package reads and checks what the user wrote; the runtime driver
 * runs them.
 */
@NullMarked
package io.gantry.container.hook;

import org.jspecify.annotations.NullMarked;
