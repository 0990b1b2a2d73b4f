package io.gantry.plugins.network;

import java.net.InetAddress;

/**
 * An open port: connections to {@code hostAddress:hostPort} reach {@code containerPort}. An address
 * of all zeros stands for every address of its family.
 */
public record PublishedPort(
    int containerPort, Protocol protocol, InetAddress hostAddress, int hostPort) {}
