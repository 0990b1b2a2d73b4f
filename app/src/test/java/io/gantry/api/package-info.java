/** The API against what dockerd answers. */
@NullMarked
package io.gantry.api;

import org.jspecify.annotations.NullMarked;
