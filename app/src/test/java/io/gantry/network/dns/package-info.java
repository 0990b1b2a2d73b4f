@NullMarked
package io.gantry.network.dns;

import org.jspecify.annotations.NullMarked;
