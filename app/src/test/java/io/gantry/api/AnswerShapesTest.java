package io.gantry.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What is null, empty or left out in answers, as dockerd 28 has it at each version of the API. */
class AnswerShapesTest {

  /** What dockerd keeps as the client gave it: left out, empty or null. */
  private static final List<String> LISTS =
      Stream.of(
              "Binds VolumesFrom CapAdd CapDrop Dns DnsOptions DnsSearch ExtraHosts GroupAdd",
              "SecurityOpt BlkioWeightDevice BlkioDeviceReadBps BlkioDeviceWriteBps",
              "BlkioDeviceReadIOps BlkioDeviceWriteIOps Devices DeviceCgroupRules DeviceRequests",
              "Ulimits")
          .flatMap(names -> Stream.of(names.split(" ")))
          .toList();

  private static RowEngine engine;
  private static EngineClient client;

  @BeforeAll
  static void start() throws Exception {
    engine =
        RowEngine.start("--bridge", "none", "--default-address-pool", "base=10.211.0.0/16,size=26");
    client = engine.client();
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @AfterEach
  void removeContainers() throws IOException {
    engine.removeContainers();
  }

  private static JsonNode get(String version, String path) throws IOException {
    return client.get("/v" + version + path).expectOk().json();
  }

  private static JsonNode hostConfig(String container, String version) throws IOException {
    return get(version, "/containers/" + container + "/json").get("HostConfig");
  }

  private static Map<String, String> texts(JsonNode object, List<String> names) {
    return names.stream()
        .collect(Collectors.toMap(Function.identity(), name -> object.path(name).toString()));
  }

  private static Map<String, String> all(String text) {
    return LISTS.stream().collect(Collectors.toMap(Function.identity(), name -> text));
  }

  private static String create(Map<String, ?> hostConfig) throws IOException {
    Map<String, Object> body = Map.of("HostConfig", hostConfig, "Entrypoint", List.of());
    return engine
        .create(engine.name("shape" + System.nanoTime()), body)
        .expectOk()
        .json()
        .get("Id")
        .asString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.24", "1.41", "1.51"})
  void listsAreAsTheClientGaveThem(String version) throws IOException {
    Map<String, Object> nulls = new HashMap<>();
    Map<String, Object> empty = new HashMap<>();
    for (String name : LISTS) {
      nulls.put(name, null);
      empty.put(name, List.of());
    }
    empty.put("PortBindings", Map.of());
    JsonNode leftOut = hostConfig(create(Map.of()), version);
    assertThat(texts(leftOut, LISTS)).isEqualTo(all("null"));
    assertThat(leftOut.get("PortBindings").isNull()).isTrue();
    assertThat(texts(hostConfig(create(nulls), version), LISTS)).isEqualTo(all("null"));
    String given = create(empty);
    assertThat(texts(hostConfig(given, version), LISTS)).isEqualTo(all("[]"));
    assertThat(hostConfig(given, version).get("PortBindings")).hasToString("{}");
    assertThat(hostConfig(given, version).get("RestartPolicy"))
        .hasToString("{\"Name\":\"no\",\"MaximumRetryCount\":0}");
    assertThat(engine.inspect(given).at("/Config/Entrypoint")).hasToString("[]");
    assertThat(engine.inspect(given).at("/Config/Labels").isObject()).isTrue();
  }

  @Test
  void andStaySoWhenTheDaemonReadsThemAgain() throws Exception {
    var daemon = engine.own("the reference is not ours to kill");
    String leftOut = create(Map.of());
    String given = create(Map.of("Dns", List.of(), "PortBindings", Map.of()));
    daemon.kill();
    daemon.start();
    assertThat(texts(hostConfig(leftOut, "1.51"), LISTS)).isEqualTo(all("null"));
    assertThat(hostConfig(leftOut, "1.51").get("PortBindings").isNull()).isTrue();
    assertThat(hostConfig(given, "1.51").get("Dns")).hasToString("[]");
    assertThat(hostConfig(given, "1.51").get("PortBindings")).hasToString("{}");
  }

  @Test
  void whatAContainerHasFromItsFirstStartOn() throws IOException {
    String id = create(Map.of());
    List<String> names = List.of("ResolvConfPath", "HostnamePath", "HostsPath", "LogPath");
    JsonNode created = engine.inspect(id);
    assertThat(texts(created, names).values()).containsOnly("\"\"");
    assertThat(created.at("/NetworkSettings/Networks/none/NetworkID").asString()).isEmpty();
    assertThat(created.at("/GraphDriver/Data/ID").asString()).isEqualTo(id);
    client.post("/containers/" + id + "/start").expectOk();
    JsonNode running = engine.inspect(id);
    assertThat(texts(running, names).values()).doesNotContain("\"\"");
    assertThat(running.at("/NetworkSettings/Networks/none/NetworkID").asString()).isNotEmpty();
  }

  /** Where fields are: from a version on, or before it. */
  @ParameterizedTest
  @CsvSource({
    "/images/busybox/json, /VirtualSize, before, 44",
    "/images/busybox/json, /ContainerConfig/Tty, before, 45",
    "/images/busybox/json, /ContainerConfig/Labels, before, 45",
    "/images/busybox/json, /Config/AttachStdin, before, 50",
    "/images/busybox/json, /Config/Hostname, before, 50",
    "/images/busybox/json, /Config/Volumes, before, 52",
    "/info, /KernelMemory, before, 42",
    "/info, /RegistryConfig/AllowNondistributableArtifactsCIDRs, before, 47",
    "/info, /FirewallBackend, since, 49",
    "/info, /RuncCommit/Expected, before, 49",
    "/info, /BridgeNfIptables, before, 50",
    "/info, /RegistryConfig/Mirrors, before, 52",
  })
  void fieldsOfVersions(String path, String pointer, String when, int minor) throws IOException {
    List<Integer> found = new ArrayList<>();
    List<Integer> wanted = new ArrayList<>();
    for (int version : List.of(24, minor - 1, Math.min(minor, 51), 51)) {
      if (!get("1." + version, path).at(pointer).isMissingNode()) {
        found.add(version);
      }
      if (when.equals("before") == version < minor) {
        wanted.add(version);
      }
    }
    if (pointer.equals("/KernelMemory") && RowEngine.unifiedCgroups()) {
      wanted.clear();
    }
    assertThat(found).isEqualTo(wanted);
  }

  @Test
  void imagesWithoutDigests() throws IOException {
    String one = "/images/json?filters=%7B%22reference%22%3A%5B%22busybox%3Alatest%22%5D%7D";
    assertThat(get("1.42", one).at("/0/RepoDigests").isNull()).isTrue();
    assertThat(get("1.43", one).at("/0/RepoDigests")).hasToString("[]");
    create(Map.of());
    assertThat(get("1.50", one).at("/0/Containers").asInt()).isEqualTo(-1);
    assertThat(get("1.51", one).at("/0/Containers").asInt()).isPositive();
  }

  @Test
  void networksWithoutAddresses() throws IOException {
    for (String name : List.of("host", "none")) {
      assertThat(get("1.51", "/networks/" + name).at("/IPAM"))
          .hasToString("{\"Driver\":\"default\",\"Options\":null,\"Config\":null}");
    }
  }

  @Test
  void securityOptionsHadNoValues() throws IOException {
    assertThat(get("1.24", "/info").get("SecurityOptions")).hasToString("[\"seccomp\"]");
    assertThat(get("1.25", "/info").get("SecurityOptions"))
        .hasToString("[\"name=seccomp,profile=builtin\"]");
  }

  /** Keys are shown as what a terminal sends for them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"''|''", "ctrl-p,ctrl-q|EBE=", "ctrl-a,b|AWI="})
  void keysOfExecs(String keys, String shown) throws IOException {
    String container = engine.run(engine.name("keys"), Map.of());
    String exec =
        client
            .post(
                "/containers/" + container + "/exec",
                Map.of(
                    "Cmd", List.of("true"), "Tty", true, "AttachStdout", true, "DetachKeys", keys))
            .expectOk()
            .json()
            .get("Id")
            .asString();
    JsonNode made = get("1.51", "/exec/" + exec + "/json");
    assertThat(made.get("DetachKeys").asString()).isEqualTo(shown);
    client.post("/exec/" + exec + "/start", Map.of("Detach", false, "Tty", true)).expectOk();
    assertThat(get("1.51", "/exec/" + exec + "/json").get("CanRemove").asBoolean()).isFalse();
  }

  @Test
  void clientsThatFollowEventsAreCounted() throws Exception {
    int before = get("1.51", "/info").get("NEventsListener").asInt();
    try (EngineClient.Stream events = client.open("GET", "/events", null, null)) {
      assertThat(events.status()).isEqualTo(200);
      assertThat(get("1.51", "/info").get("NEventsListener").asInt()).isEqualTo(before + 1);
    }
  }

  @Test
  void whatContainersDoNotGetIsNotPromised() throws IOException {
    engine.own("dockerd has devices of CDI, and profiles of AppArmor by default");
    JsonNode info = get("1.51", "/info");
    assertThat(info.get("CDISpecDirs")).hasToString("[]");
    assertThat(info.get("SecurityOptions")).hasToString("[\"name=seccomp,profile=builtin\"]");
    assertThat(info.get("DefaultAddressPools"))
        .hasToString("[{\"Base\":\"10.211.0.0/16\",\"Size\":26}]");
  }
}
