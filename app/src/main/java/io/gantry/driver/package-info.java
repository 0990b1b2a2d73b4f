/** Discovery and life of drivers: on the class path and in plugin directories. */
@NullMarked
package io.gantry.driver;

import org.jspecify.annotations.NullMarked;
