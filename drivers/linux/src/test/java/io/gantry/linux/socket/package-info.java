@NullMarked
package io.gantry.linux.socket;

import org.jspecify.annotations.NullMarked;
