package io.gantry.plugins.network;

/**
 * Leave to reach one port of another endpoint in the same network.
 *
 * @param endpointId of the endpoint that is reached
 * @param protocol of the port
 * @param port 1 to 65535
 */
public record Passage(String endpointId, Protocol protocol, int port) {}
