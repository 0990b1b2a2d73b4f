package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/** Row C14: limits in the cgroup and in inspect, when a container is made and while it runs. */
class RowC14LimitsTest {

  private static final long MIB = 1 << 20;

  private static RowEngine engine;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @TestFactory
  Stream<DynamicTest> limits() throws IOException {
    Map<String, String> known = Disk.find().known();
    known.put("cpus", Integer.toString(Runtime.getRuntime().availableProcessors()));
    known.put("online", Files.readString(Path.of("/sys/devices/system/cpu/online")).strip());
    known.put("parent", engine.isReference() ? "docker" : engine.daemon().cgroup());
    return new OptionTable(engine, known).tests("limits-c14.json");
  }

  /** crun sets it, runc does not, under dockerd neither. */
  @Test
  void kernelMemoryTcp() throws IOException {
    assumeThat(Path.of("/sys/fs/cgroup/memory/memory.kmem.tcp.limit_in_bytes")).exists();
    Map<String, Object> host = new HashMap<>(Map.of("KernelMemoryTCP", 64 * MIB));
    if (!engine.isReference()) {
      host.put("Runtime", "crun");
    }
    String id = engine.run(engine.name("tcp"), Map.of("HostConfig", host));
    assertThat(engine.inspect(id).at("/HostConfig/KernelMemoryTCP").asLong()).isEqualTo(64 * MIB);
    if (!engine.isReference()) {
      assertThat(engine.cgroup(id, "memory/memory.kmem.tcp.limit_in_bytes"))
          .isEqualTo(Long.toString(64 * MIB));
    }
  }

  /** A process in the container dies of its limit, not the container: it is seen at once. */
  @Test
  void lackOfMemoryOfAnExec() throws Exception {
    String id =
        engine.run(
            engine.name("hungry"),
            Map.of(
                "HostConfig",
                Map.of("NetworkMode", "none", "Memory", 32 * MIB, "MemorySwap", 32 * MIB)));
    Containers containers = new Containers(engine.client());
    assertThat(engine.inspect(id).at("/State/OOMKilled").asBoolean()).isFalse();
    String hungry = "x=a; while :; do x=$x$x; done";
    engine.shell(id, hungry);
    containers.await(id, "out of memory", now -> now.at("/State/OOMKilled").asBoolean());
    assertThat(containers.status(id)).isEqualTo("running");
    engine.shell(id, hungry);
    if (!engine.isReference()) {
      engine.daemon().kill();
      engine.daemon().start();
      assertThat(engine.inspect(id).at("/State/OOMKilled").asBoolean()).isTrue();
    }
    engine.client().post("/containers/" + id + "/kill").expectOk();
    assertThat(containers.awaitStatus(id, "exited").at("/State/OOMKilled").asBoolean()).isTrue();
    engine.client().post("/containers/" + id + "/start").expectOk();
    assertThat(engine.inspect(id).at("/State/OOMKilled").asBoolean()).isFalse();
    assertThat(containers.actions(id).stream().filter(a -> !a.startsWith("exec")))
        .containsExactly("create", "start", "oom", "oom", "kill", "die", "start");
  }

  /** The kernel refuses a limit below what is in use that it cannot take back. */
  @Test
  void aRefusedChangeLeavesAllAsItWas() throws IOException {
    assumeThat(RowEngine.unifiedCgroups()).as("version 2 kills instead of refusing").isFalse();
    String id =
        engine.run(
            engine.name("full"),
            Map.of(
                "HostConfig", Map.of("NetworkMode", "none", "Memory", 96 * MIB, "CpuShares", 500)));
    // pages of a tmpfs stay where there is no swap
    engine.shell(id, "dd if=/dev/zero of=/dev/shm/full bs=1M count=48 2>/dev/null");
    JsonNode before = engine.inspect(id).get("HostConfig");
    Answer answer =
        engine
            .client()
            .post(
                "/containers/" + id + "/update",
                Map.of(
                    "Memory",
                    16 * MIB,
                    "MemorySwap",
                    16 * MIB,
                    "CpuShares",
                    700,
                    "PidsLimit",
                    50,
                    "RestartPolicy",
                    Map.of("Name", "always")));
    assertThat(answer.status()).as(answer.text()).isEqualTo(500);
    assertThat(answer.text()).contains("Cannot update container " + id);
    assertThat(engine.inspect(id).get("HostConfig")).isEqualTo(before);
    assertThat(engine.cgroup(id, "memory/memory.limit_in_bytes"))
        .isEqualTo(Long.toString(96 * MIB));
    assertThat(engine.cgroup(id, "memory/memory.memsw.limit_in_bytes"))
        .isEqualTo(Long.toString(192 * MIB));
    if (!engine.isReference()) {
      // runc gives nothing back
      assertThat(engine.cgroup(id, "cpu/cpu.shares")).isEqualTo("500");
      assertThat(engine.cgroup(id, "pids/pids.max")).isEqualTo("max");
    }
  }

  @Test
  void aProcessNumberTheKernelDoesNotKnowLeavesAllAsItWas() throws IOException {
    String id = engine.run(engine.name("pids"), Map.of("HostConfig", Map.of("PidsLimit", 20)));
    Answer answer =
        engine
            .client()
            .post(
                "/containers/" + id + "/update",
                Map.of("CpuShares", 700, "CpuQuota", 30000, "PidsLimit", 1L << 40));
    assertThat(answer.status()).as(answer.text()).isEqualTo(500);
    assertThat(engine.inspect(id).at("/HostConfig/PidsLimit").asLong()).isEqualTo(20);
    assertThat(engine.inspect(id).at("/HostConfig/CpuQuota").asLong()).isZero();
    assertThat(engine.cgroup(id, "pids/pids.max")).isEqualTo("20");
    if (!engine.isReference()) {
      String quota = RowEngine.unifiedCgroups() ? "cpu/cpu.max" : "cpu/cpu.cfs_quota_us";
      assertThat(engine.cgroup(id, quota)).isIn("-1", "max 100000");
    }
  }

  /** What was changed while a container did not run is there when it starts. */
  @Test
  void aChangeOfAStoppedContainerIsThereWhenItStarts() throws IOException {
    String id =
        engine.create(engine.name("later"), Map.of()).expectOk().json().get("Id").asString();
    engine
        .client()
        .post(
            "/containers/" + id + "/update",
            Map.of("PidsLimit", 21, "Memory", 32 * MIB, "MemorySwap", -1))
        .expectOk();
    engine.client().post("/containers/" + id + "/start").expectOk();
    assertThat(engine.cgroup(id, "pids/pids.max")).isEqualTo("21");
    assertThat(engine.inspect(id).at("/HostConfig/Memory").asLong()).isEqualTo(32 * MIB);
  }
}
