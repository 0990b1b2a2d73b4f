package io.gantry.linux.netlink;

/**
 * A pair of interfaces to be made: one a port of a bridge here, the other in another namespace. The
 * end here is up, the other is still down.
 *
 * @param name of the end that stays
 * @param bridge index of the bridge
 * @param peerName of the other end
 * @param peerMac its hardware address in colon notation
 * @param mtu of both
 * @param namespace open file descriptor of the other namespace
 * @param isolated whether the port may only talk to the bridge itself, not to other isolated ports
 */
public record VethPair(
    String name,
    int bridge,
    String peerName,
    String peerMac,
    int mtu,
    int namespace,
    boolean isolated) {}
