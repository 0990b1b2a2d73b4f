package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Row C22: stats as the cgroup's files have them, and the processes as the host's ps has them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC22StatsTest {

  private static final long MIB = 1 << 20;

  private static RowEngine engine;
  private static String id;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
    id =
        engine.run(
            engine.name("counted"),
            Map.of(
                "Cmd",
                List.of("sh", "-c", "sleep 1000001 & sleep 1000002 & wait"),
                "HostConfig",
                Map.of("NetworkMode", "none", "Memory", 64 * MIB, "PidsLimit", 40)));
    // what is used and does not change any more
    engine.shell(id, "dd if=/dev/zero of=/dev/shm/some bs=1M count=8 2>/dev/null");
    engine.shell(id, "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done");
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  private static JsonNode stats(String options) throws IOException {
    return engine.client().get("/containers/" + id + "/stats?" + options).expectOk().json();
  }

  private static long cgroup(String file) throws IOException {
    return Long.parseLong(engine.cgroup(id, file));
  }

  @Test
  void numbersAreThoseOfTheCgroup() throws IOException {
    assumeThat(RowEngine.unifiedCgroups()).as("names of version 1").isFalse();
    long before = cgroup("cpuacct/cpuacct.usage");
    JsonNode stats = stats("stream=false&one-shot=true");
    long after = cgroup("cpuacct/cpuacct.usage");
    if (!engine.isReference()) {
      // dockerd leaves them out of a single sample
      assertThat(stats.get("id").asString()).isEqualTo(id);
      assertThat(stats.get("name").asString()).isEqualTo("/" + engine.name("counted"));
    }
    assertThat(stats.at("/cpu_stats/cpu_usage/total_usage").asLong()).isBetween(before, after);
    assertThat(stats.at("/cpu_stats/system_cpu_usage").asLong()).isPositive();
    assertThat(stats.at("/cpu_stats/online_cpus").asInt())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(stats.at("/pids_stats/current").asLong()).isEqualTo(cgroup("pids/pids.current"));
    assertThat(stats.at("/pids_stats/limit").asLong()).isEqualTo(40);
    assertThat(stats.at("/memory_stats/limit").asLong()).isEqualTo(64 * MIB);
    // the kernel charges in batches of pages
    assertThat(stats.at("/memory_stats/usage").asLong())
        .isBetween(8 * MIB, 64 * MIB)
        .isCloseTo(
            cgroup("memory/memory.usage_in_bytes"), org.assertj.core.data.Offset.offset(MIB));
    assertThat(stats.at("/memory_stats/max_usage").asLong())
        .isEqualTo(cgroup("memory/memory.max_usage_in_bytes"));
    JsonNode detail = stats.at("/memory_stats/stats");
    for (String name : List.of("cache", "rss", "mapped_file", "pgfault", "total_cache")) {
      assertThat(detail.has(name)).as(name).isTrue();
    }
    assertThat(detail.get("total_cache").asLong()).isBetween(8 * MIB, 64 * MIB);
    assertThat(stats.has("networks")).as("without a network").isFalse();
  }

  @Test
  void aSecondSampleComesWithTheFirst() throws IOException {
    JsonNode stats = stats("stream=false");
    long before = stats.at("/precpu_stats/system_cpu_usage").asLong();
    assertThat(before).isPositive().isLessThan(stats.at("/cpu_stats/system_cpu_usage").asLong());
    assertThat(stats("stream=false&one-shot=true").at("/precpu_stats/system_cpu_usage").asLong())
        .isZero();
  }

  @Test
  void aStreamGoesOnEverySecond() throws IOException {
    try (EngineClient.Stream stream =
        engine.client().open("GET", "/v1.51/containers/" + id + "/stats", null, null)) {
      JsonNode first = json(stream.chunk());
      JsonNode second = json(stream.chunk());
      assertThat(second.get("preread").asString()).isEqualTo(first.get("read").asString());
    }
  }

  /** Row C21 of the guide. */
  @Test
  void theStreamOfARenamedContainerShowsItsNewName() throws IOException {
    engine.own("dockerd goes on with the old name");
    String renamed = engine.run(engine.name("before"), Map.of());
    try (EngineClient.Stream stream =
        engine.client().open("GET", "/containers/" + renamed + "/stats", null, null)) {
      assertThat(json(stream.chunk()).get("name").asString())
          .isEqualTo("/" + engine.name("before"));
      engine
          .client()
          .post("/containers/" + renamed + "/rename?name=" + engine.name("after"))
          .expectOk();
      // one value may have been on its way
      stream.chunk();
      assertThat(json(stream.chunk()).get("name").asString()).isEqualTo("/" + engine.name("after"));
    }
  }

  private static JsonNode json(byte[] chunk) {
    return JsonMapper.shared().readTree(new String(chunk, StandardCharsets.UTF_8));
  }

  @Test
  void aStoppedContainerUsesNothing() throws IOException {
    String stopped =
        engine.create(engine.name("stopped"), Map.of()).expectOk().json().get("Id").asString();
    Answer answer =
        engine.client().get("/containers/" + stopped + "/stats?stream=false&one-shot=true");
    assertThat(answer.expectOk().json().at("/cpu_stats/cpu_usage/total_usage").asLong()).isZero();
    assertThat(engine.client().get("/containers/nosuch/stats").status()).isEqualTo(404);
    assertThat(engine.client().get("/containers/" + id + "/stats?one-shot=true").status())
        .isEqualTo(400);
  }

  @Test
  void oneAnswerIsCheap() throws IOException {
    engine.own("a promise of this engine");
    stats("stream=false&one-shot=true");
    long begin = System.nanoTime();
    for (int i = 0; i < 50; i++) {
      stats("stream=false&one-shot=true");
    }
    // a few milliseconds on an idle machine
    assertThat((System.nanoTime() - begin) / 50).isLessThan(100_000_000);
  }

  @Test
  void processesAreTheHostsAsPsShowsThem() throws IOException {
    engine.own("the reference may have no ps");
    JsonNode top = engine.client().get("/containers/" + id + "/top").expectOk().json();
    assertThat(top.get("Titles").valueStream().map(JsonNode::asString).toList())
        .containsExactly("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
    List<String> pids =
        top.get("Processes").valueStream().map(row -> row.get(1).asString()).toList();
    assertThat(pids).hasSize(3).contains(engine.inspect(id).at("/State/Pid").asString());
    for (String pid : pids) {
      assertThat(Files.readString(Path.of("/proc", pid, "cgroup"))).contains(id);
    }
    JsonNode other =
        engine.client().get("/containers/" + id + "/top?ps_args=-o+pid,args").expectOk().json();
    assertThat(other.get("Titles").valueStream().map(JsonNode::asString).toList())
        .containsExactly("PID", "COMMAND");
    assertThat(other.get("Processes").valueStream().map(row -> row.get(1).asString()).toList())
        .contains("sleep 1000001", "sleep 1000002");
  }

  @Test
  void whatPsCannotDo() throws IOException {
    engine.own("the reference may have no ps");
    Answer renamed = engine.client().get("/containers/" + id + "/top?ps_args=-o+pid%3DX");
    assertThat(renamed.status()).isEqualTo(400);
    Answer without = engine.client().get("/containers/" + id + "/top?ps_args=-o+args");
    assertThat(without.status()).isEqualTo(500);
    assertThat(without.text()).contains("Couldn't find PID field in ps output");
  }
}
