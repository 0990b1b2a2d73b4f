package io.gantry.testing;

import io.gantry.linux.netlink.RouteBatch;
import io.gantry.linux.netlink.RouteSocket;
import java.util.HexFormat;
import java.util.Random;

/**
 * A bridge of the test's own, to be given to a daemon as its default bridge; removed at the end.
 */
public final class TestBridge implements AutoCloseable {

  private static final int MTU = 1500;

  private final String name = "tb" + HexFormat.of().toHexDigits(new Random().nextInt());

  private TestBridge() {}

  public static TestBridge make() throws Exception {
    TestBridge bridge = new TestBridge();
    byte[] mac = new byte[6];
    new Random().nextBytes(mac);
    mac[0] = 2; // local, of one
    try (RouteSocket socket = RouteSocket.open()) {
      socket.run(new RouteBatch().addBridge(bridge.name, mac, MTU));
    }
    return bridge;
  }

  public String name() {
    return name;
  }

  @Override
  public void close() throws Exception {
    try (RouteSocket socket = RouteSocket.open()) {
      socket.run(new RouteBatch().delete(name));
    }
  }
}
