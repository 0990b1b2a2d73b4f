/**
 * Image layers: applied to snapshots, counted, kept reproducible byte for byte, deleted when
 * nothing needs them.
 */
@NullMarked
package io.gantry.image.layer;

import org.jspecify.annotations.NullMarked;
