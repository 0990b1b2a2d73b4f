/** The embedded H2 database: one writer, group commit, and the migrations that make its tables. */
@NullMarked
package io.gantry.store;

import org.jspecify.annotations.NullMarked;
