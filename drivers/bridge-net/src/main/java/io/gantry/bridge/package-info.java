/**
 * The network drivers {@code bridge}, {@code host} and {@code null}: Linux bridges, veth pairs,
 * address management, firewall rules, published ports.
 */
@NullMarked
package io.gantry.bridge;

import org.jspecify.annotations.NullMarked;
