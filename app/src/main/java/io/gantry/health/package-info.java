/**
 * How the daemon is: Actuator's health with the engine's own indicators, and metrics, served at a
 * loopback address of their own.
 */
@NullMarked
package io.gantry.health;

import org.jspecify.annotations.NullMarked;
