@NullMarked
package io.gantry.linux.inotify;

import org.jspecify.annotations.NullMarked;
