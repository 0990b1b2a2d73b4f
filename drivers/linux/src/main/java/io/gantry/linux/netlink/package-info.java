/**
 * Links, addresses and routes by rtnetlink ({@code rtnetlink(7)}). A socket belongs to the network
 * namespace of the thread that opened it, and may be used by any thread after that.
 */
@NullMarked
package io.gantry.linux.netlink;

import org.jspecify.annotations.NullMarked;
