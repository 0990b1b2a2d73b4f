@NullMarked
package io.gantry.linux.poll;

import org.jspecify.annotations.NullMarked;
