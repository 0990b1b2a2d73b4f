/** What people read: tables, templates, sizes, times. */
@NullMarked
package io.gantry.console.format;

import org.jspecify.annotations.NullMarked;
