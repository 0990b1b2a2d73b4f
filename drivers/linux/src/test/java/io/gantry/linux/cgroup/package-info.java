@NullMarked
package io.gantry.linux.cgroup;

import org.jspecify.annotations.NullMarked;
