/** The terminal a user sits at (termios(3), tty_ioctl(4)). */
@NullMarked
package io.gantry.linux.terminal;

import org.jspecify.annotations.NullMarked;
