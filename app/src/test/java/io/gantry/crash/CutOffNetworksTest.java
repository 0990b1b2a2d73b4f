package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Networks, and what containers have of them, of a daemon that died or failed half-way. */
class CutOffNetworksTest {

  private DyingDaemon dying;

  @BeforeEach
  void make() throws IOException {
    dying = new DyingDaemon();
  }

  @AfterEach
  void end() throws Exception {
    dying.close();
  }

  private void startWithNetworks(String failPoint) throws Exception {
    dying.start(failPoint);
    dying.daemon.withBusybox();
    for (String network : List.of("one", "two")) {
      dying.client.post("/networks/create", Map.of("Name", network)).expectOk();
    }
  }

  private String run(String name) throws IOException {
    return dying.containers.run(name, Map.of(), Map.of("NetworkMode", "one"), "sleep", "600");
  }

  private void connect(String id, String network) throws IOException {
    dying.client.post("/networks/" + network + "/connect", Map.of("Container", id)).expectOk();
  }

  private void requireNetworks(String id, String... names) throws IOException {
    JsonNode container = dying.containers.inspect(id);
    assertThat(container.at("/NetworkSettings/Networks").propertyNames())
        .containsExactlyInAnyOrder(names);
    Path devices = Path.of("/proc/" + container.at("/State/Pid").asInt() + "/net/dev");
    assertThat(Files.readAllLines(devices))
        .filteredOn(line -> line.contains("eth"))
        .hasSize(names.length);
    for (String network : List.of("one", "two")) {
      assertThat(members(network).has(id))
          .as("is in %s", network)
          .isEqualTo(Set.of(names).contains(network));
    }
  }

  private JsonNode members(String network) throws IOException {
    return dying.client.get("/networks/" + network).expectOk().json().get("Containers");
  }

  @Test
  void aNewNameIsInTheRecordAndInTheNetworkOrInNeither() throws Exception {
    startWithNetworks("container.rename.recorded");
    String id = run("before");
    String peer = run("peer");
    dying.die(() -> dying.client.post("/containers/before/rename?name=after"));
    dying.start();
    assertThat(dying.containers.inspect(id).get("Name").asString()).isEqualTo("/after");
    assertThat(members("one").get(id).get("Name").asString()).isEqualTo("after");
    assertThat(exec(peer, "ping", "-c", "1", "-W", "10", "after")).isZero();
  }

  /** The exit code of a program in a container. */
  private int exec(String container, String... command) throws Exception {
    String exec = dying.containers.exec(container, Map.of(), command);
    dying.client.post("/exec/" + exec + "/start", Map.of("Detach", true)).expectOk();
    while (true) {
      JsonNode state = dying.client.get("/exec/" + exec + "/json").expectOk().json();
      if (!state.get("Running").asBoolean()) {
        return state.get("ExitCode").asInt();
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void theLastConnectionIsInTheRecordAndInTheKernelOrInNeither() throws Exception {
    startWithNetworks("network.disconnecting");
    String id = run("alone");
    Map<String, String> container = Map.of("Container", id);
    dying.die(() -> dying.client.post("/networks/one/disconnect", container));
    dying.start();
    requireNetworks(id);
    connect(id, "two");
    requireNetworks(id, "two");
    dying.client.post("/networks/two/disconnect", container).expectOk();
    requireNetworks(id);
    // with dockerd too, the network of its mode does not come back with the next run
    dying.client.post("/containers/" + id + "/restart?t=0").expectOk();
    requireNetworks(id);
    dying.daemon.kill();
    dying.start();
    requireNetworks(id);
  }

  @Test
  void aConnectionThatFailsLeavesNothing() throws Exception {
    startWithNetworks("");
    String id = run("connected");
    requireRefused(id, "connect");
    requireNetworks(id, "one");
    connect(id, "two");
    requireNetworks(id, "one", "two");
    requireRefused(id, "disconnect");
    requireNetworks(id, "one");
    dying.daemon.kill();
    dying.start();
    requireNetworks(id, "one");
  }

  /** Asks for something of network two while the container's hosts file cannot be written. */
  private void requireRefused(String id, String action) throws IOException {
    Path hosts = Path.of(dying.containers.inspect(id).get("HostsPath").asString());
    Path aside = Files.move(hosts, hosts.resolveSibling("aside"));
    Files.createDirectory(hosts);
    Map<String, String> container = Map.of("Container", id);
    assertThat(dying.client.post("/networks/two/" + action, container).status()).isEqualTo(500);
    Files.delete(hosts);
    Files.move(aside, hosts);
  }

  @Test
  void whatTheDriverWasDoingIsFinishedOrTakenBack() throws Exception {
    startWithNetworks("bridge.join.wired:2");
    String id = run("running");
    Map<String, String> container = Map.of("Container", id);
    dying.die(() -> dying.client.post("/networks/two/connect", container));
    dying.start("bridge.leave.disconnected");
    requireNetworks(id, "one");
    connect(id, "two");
    dying.die(() -> dying.client.post("/networks/two/disconnect", container));
    dying.start("bridge.publish.opened");
    requireNetworks(id, "one");
    String published = published();
    dying.die(() -> dying.client.post("/containers/" + published + "/start"));
    dying.start("bridge.create.wired");
    dying.client.post("/containers/" + published + "/start").expectOk();
    dying.client.delete("/containers/" + published + "?force=1").expectOk();
    dying.die(() -> dying.client.post("/networks/create", Map.of("Name", "three")));
    dying.start("bridge.remove.closed");
    connect(id, "three");
    dying.client.post("/networks/three/disconnect", container).expectOk();
    dying.die(() -> dying.client.delete("/networks/three"));
    dying.start();
    connect(id, "three");
    dying.client.post("/networks/three/disconnect", container).expectOk();
    dying.client.delete("/networks/three").expectOk();
    requireNetworks(id, "one");
  }

  private String published() throws IOException {
    return dying.containers.create(
        "published",
        Map.of("ExposedPorts", Map.of("80/tcp", Map.of())),
        Map.of("NetworkMode", "one", "PublishAllPorts", true),
        "sleep",
        "600");
  }
}
