/** The service manager's side of a daemon's life: {@code sd_notify(3)}, without libsystemd. */
@NullMarked
package io.gantry.linux.systemd;

import org.jspecify.annotations.NullMarked;
