@NullMarked
package io.gantry.system;

import org.jspecify.annotations.NullMarked;
