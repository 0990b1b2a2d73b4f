/**
 * What the daemon was told: one table of options, from it the flags, {@code daemon.json}, the help,
 * and one typed record.
 */
@NullMarked
package io.gantry.config;

import org.jspecify.annotations.NullMarked;
