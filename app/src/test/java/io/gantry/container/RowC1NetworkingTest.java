package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.mount.Mounts;
import io.gantry.testing.RowEngine;
import io.gantry.testing.TestBridge;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/**
 * Row C1: what {@code NetworkingConfig} asks for, on networks that are there, and what requests of
 * older versions of the API mean.
 */
class RowC1NetworkingTest {

  private static final Map<String, String> known = new HashMap<>();

  private static TestBridge bridge;
  private static RowEngine engine;

  @BeforeAll
  static void start() throws Exception {
    bridge = TestBridge.make();
    engine = RowEngine.start("--bridge", bridge.name());
    known.put("dir", engine.shared().toString());
    for (String network : List.of("one", "two")) {
      String subnet = network.equals("one") ? "10.211.7.0/24" : "10.211.8.0/24";
      Map<String, ?> request =
          Map.of(
              "Name",
              engine.name(network),
              "IPAM",
              Map.of("Config", List.of(Map.of("Subnet", subnet))));
      String id =
          engine.client().post("/networks/create", request).expectOk().json().get("Id").asString();
      known.put(network, engine.name(network));
      known.put(network + "-id", id);
    }
  }

  @AfterAll
  static void end() throws Exception {
    engine.removeContainers();
    for (String network : List.of("one", "two")) {
      engine.client().delete("/networks/" + engine.name(network));
    }
    engine.close();
    bridge.close();
  }

  /** A container that says something on its port 80 to whoever connects, and listens already. */
  private static String serving(
      String name, String words, Map<String, ?> exposed, Map<String, ?> host) throws IOException {
    Map<String, Object> hostConfig = new HashMap<>(host);
    hostConfig.put("NetworkMode", "bridge");
    String id =
        engine.run(
            engine.name(name),
            Map.of(
                "Cmd",
                List.of("nc", "-ll", "-p", "80", "-e", "echo", words),
                "ExposedPorts",
                exposed,
                "HostConfig",
                hostConfig));
    engine.shell(
        id, "until grep -q ':0050 .* 0A ' /proc/net/tcp /proc/net/tcp6; do sleep 0.1; done");
    return id;
  }

  private static void requireAnswer(JsonNode ports, String words) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", ports.at("/80~1tcp/0/HostPort").asInt())) {
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(words + "\n");
    }
  }

  private static JsonNode ports(String id) throws IOException {
    return engine.inspect(id).at("/NetworkSettings/Ports");
  }

  @Test
  void publishAllPorts() throws Exception {
    String id =
        serving(
            "published",
            "of the container",
            Map.of("80/tcp", Map.of(), "53/udp", Map.of()),
            Map.of("PublishAllPorts", true));
    JsonNode ports = ports(id);
    assertThat(ports.at("/53~1udp/0/HostPort").asInt()).isPositive();
    requireAnswer(ports, "of the container");
  }

  @Test
  void portsArePublishedAgainByTheNextWayOut() throws Exception {
    Map<String, ?> anyPort = Map.of("HostIp", "127.0.0.1", "HostPort", "");
    String id =
        serving(
            "moved",
            "still here",
            Map.of("80/tcp", Map.of()),
            Map.of("PortBindings", Map.of("80/tcp", List.of(anyPort))));
    Map<String, ?> who = Map.of("Container", id);
    engine.client().post("/networks/bridge/disconnect", who).expectOk();
    assertThat(ports(id).at("/80~1tcp")).isEmpty();
    engine.client().post("/networks/" + engine.name("one") + "/connect", who).expectOk();
    requireAnswer(ports(id), "still here");
  }

  /** Clients before API 1.44 know no other. */
  @Test
  void readOnlyBindsLeaveWhatIsMountedBelow() throws Exception {
    engine.own("the reference does not see what the test mounts");
    Path below = Files.createDirectory(engine.shared().resolve("below"));
    Mounts.mount("tmpfs", "tmpfs", below, List.of());
    try {
      for (String version : List.of("1.43", "1.44")) {
        for (Map<String, ?> host :
            List.<Map<String, ?>>of(
                Map.of("Binds", List.of(engine.shared() + ":/m:ro")),
                Map.of("Mounts", List.of(readOnly())))) {
          String name = engine.name("below" + version + host.keySet().iterator().next());
          engine.create(version, name, Map.of("HostConfig", host)).expectOk();
          engine.client().post("/containers/" + name + "/start").expectOk();
          assertThat(engine.shell(name, "touch /m/x /m/below/x 2>&1 | grep -c Read-only"))
              .as("%s: %s", version, host)
              .isEqualTo(version.equals("1.43") ? "1" : "2");
        }
      }
    } finally {
      engine.removeContainers();
      Mounts.detach(below);
    }
  }

  private static Map<String, ?> readOnly() {
    return Map.of(
        "Type", "bind", "Source", engine.shared().toString(), "Target", "/m", "ReadOnly", true);
  }

  @TestFactory
  Stream<DynamicTest> networking() throws IOException {
    return new OptionTable(engine, known).tests("networking-c1.json");
  }

  @TestFactory
  Stream<DynamicTest> versions() throws IOException {
    return new OptionTable(engine, known).tests("versions-c1.json");
  }
}
