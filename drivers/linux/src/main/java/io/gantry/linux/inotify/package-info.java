/** Being told of changes in the file system (inotify(7)). */
@NullMarked
package io.gantry.linux.inotify;

import org.jspecify.annotations.NullMarked;
