@NullMarked
package io.gantry.network;

import org.jspecify.annotations.NullMarked;
