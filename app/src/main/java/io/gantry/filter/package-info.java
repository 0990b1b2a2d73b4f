/** The {@code filters} of requests that list, prune or search, in Docker's semantics. */
@NullMarked
package io.gantry.filter;

import org.jspecify.annotations.NullMarked;
