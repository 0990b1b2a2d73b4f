@NullMarked
package io.gantry.bridge;

import org.jspecify.annotations.NullMarked;
