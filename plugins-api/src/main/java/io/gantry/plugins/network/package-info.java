/**
 * The contract of a network driver: how a network is made in the kernel, how a container's network
 * namespace is joined to it, and how its ports are published. Names, labels, DNS, {@code
 * /etc/hosts} and the life of namespaces are the engine's business, not the driver's.
 */
@NullMarked
package io.gantry.plugins.network;

import org.jspecify.annotations.NullMarked;
