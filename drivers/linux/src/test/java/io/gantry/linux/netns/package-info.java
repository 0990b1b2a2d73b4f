@NullMarked
package io.gantry.linux.netns;

import org.jspecify.annotations.NullMarked;
