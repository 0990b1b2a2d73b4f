@NullMarked
package io.gantry.linux.process;

import org.jspecify.annotations.NullMarked;
