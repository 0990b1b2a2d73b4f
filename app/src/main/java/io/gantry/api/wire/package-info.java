/**
 * Docker's JSON, and nothing else of the engine knows it: how the domain's records are spelled, and
 * records for answers that differ from them.
 */
@NullMarked
package io.gantry.api.wire;

import org.jspecify.annotations.NullMarked;
