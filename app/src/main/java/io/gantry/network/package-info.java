/**
 * Networks and containers' connections to them: names, records, DNS, and the life of network
 * namespaces. What happens in the kernel is the network drivers' work.
 */
@NullMarked
package io.gantry.network;

import org.jspecify.annotations.NullMarked;
