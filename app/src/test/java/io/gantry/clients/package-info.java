/** Clients of the Docker Engine API that know nothing of Gantry, at work with a daemon. */
@NullMarked
package io.gantry.clients;

import org.jspecify.annotations.NullMarked;
