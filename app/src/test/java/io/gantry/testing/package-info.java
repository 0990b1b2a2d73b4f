/**
 * What tests of the whole daemon share: a daemon of their own, and a client that speaks plain HTTP.
 */
@NullMarked
package io.gantry.testing;

import org.jspecify.annotations.NullMarked;
