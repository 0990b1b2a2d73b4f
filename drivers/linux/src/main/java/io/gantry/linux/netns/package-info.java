/** Network namespaces: made, entered and removed on threads set aside for it. */
@NullMarked
package io.gantry.linux.netns;

import org.jspecify.annotations.NullMarked;
