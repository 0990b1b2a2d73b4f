/** Tests of hooks. */
@NullMarked
package io.gantry.container.hook;

import org.jspecify.annotations.NullMarked;
