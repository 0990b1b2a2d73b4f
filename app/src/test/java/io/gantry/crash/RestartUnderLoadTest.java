package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.api.http.RawClient;
import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The daemon is killed while it has containers of every kind, with clients at their streams, and
 * started again: all is as it was.
 */
class RestartUnderLoadTest {

  private static final String COUNTER =
      "trap 'exit 0' TERM; i=0; while :; do i=$((i+1)); echo line $i; usleep 5000; done";
  private static final long SECOND = 1_000_000_000L;
  private static final int KILLS = 2;

  private final TestDaemon daemon;
  private final EngineClient client;
  private final Containers containers;

  RestartUnderLoadTest() throws IOException {
    daemon = new TestDaemon("--bridge", "none");
    client = daemon.client();
    containers = new Containers(client);
  }

  @Test
  void allIsAsItWas() throws Exception {
    try (daemon) {
      daemon.start().withBusybox();
      String plain = containers.run("plain", "sh", "-c", COUNTER);
      String terminal =
          containers.run("terminal", Map.of("Tty", true), Map.of(), "sh", "-c", COUNTER);
      String healthy =
          containers.run("healthy", health("test ! -e /sick"), Map.of(), "sleep", "600");
      String paused = containers.run("paused", "sh", "-c", COUNTER);
      String restarting =
          containers.run(
              "restarting",
              Map.of(),
              Map.of("RestartPolicy", Map.of("Name", "on-failure", "MaximumRetryCount", 5)),
              "sh",
              "-c",
              "echo run; exit 3");
      String busy = containers.run("busy", "sleep", "600");
      client.post("/containers/" + paused + "/pause").expectOk();
      containers.await(healthy, "healthy", now -> health(now).equals("healthy"));
      String ends = exec(busy, "while [ ! -e /end ]; do usleep 20000; done; exit 42");
      String meanwhile = exec(busy, "while [ ! -e /meanwhile ]; do usleep 20000; done; exit 43");
      String late = exec(busy, "exit 44");
      List<String> running = List.of(plain, terminal, healthy, busy, paused);
      List<Integer> pids = running.stream().map(this::pid).toList();
      for (int kill = 0; kill < KILLS; kill++) {
        try (RawClient attached = attach(plain);
            RawClient first = start(ends);
            RawClient second = start(meanwhile)) {
          assertThat(attached.read(8)).startsWith(1);
          daemon.kill();
        }
        if (kill == KILLS - 1) {
          int pid = pids.get(running.indexOf(busy));
          Files.createFile(Path.of("/proc/" + pid + "/root/meanwhile"));
        }
        daemon.start();
        assertThat(running.stream().map(this::pid).toList()).isEqualTo(pids);
        assertThat(containers.status(paused)).isEqualTo("paused");
        assertThat(inspectExec(ends).get("Running").asBoolean()).isTrue();
      }
      checkExecs(busy, ends, meanwhile, late);
      checkHealth(healthy);
      checkRestarts(restarting);
      try (RawClient attached = attach(plain)) {
        assertThat(attached.read(64)).hasSize(64);
      }
      client.post("/containers/" + paused + "/unpause").expectOk();
      for (String counter : List.of(plain, terminal, paused)) {
        client.post("/containers/" + counter + "/stop?t=10").expectOk();
        checkLog(counter, counter.equals(paused) ? 1 : 100);
      }
    }
  }

  private static Map<String, ?> health(String command) {
    return Map.of(
        "Healthcheck",
        Map.of("Test", List.of("CMD-SHELL", command), "Interval", SECOND / 5, "Retries", 1));
  }

  private static String health(JsonNode container) {
    return container.at("/State/Health/Status").asString();
  }

  private int pid(String id) {
    try {
      return containers.pid(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** An exec that was created; {@link #start} starts it. */
  private String exec(String id, String command) throws IOException {
    return containers.exec(
        id, Map.of("AttachStdout", true, "AttachStderr", true), "sh", "-c", command);
  }

  /** Starts an exec, unless an earlier daemon did, with its output on the connection. */
  private RawClient start(String exec) throws IOException {
    RawClient raw = new RawClient(daemon.socket());
    if (inspectExec(exec).get("Pid").asInt() == 0) {
      String body = "{\"Detach\":false,\"Tty\":false}";
      raw.send(
          "POST /exec/%s/start HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(exec, body.length(), body));
      assertThat(raw.head()).startsWith("HTTP/1.1 101");
      awaitExec(exec, "running", now -> now.get("Running").asBoolean());
    }
    return raw;
  }

  private RawClient attach(String id) throws IOException {
    RawClient raw = new RawClient(daemon.socket());
    raw.send(
        "POST /containers/%s/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n"
            .formatted(id));
    assertThat(raw.head()).startsWith("HTTP/1.1 101");
    return raw;
  }

  private JsonNode inspectExec(String exec) throws IOException {
    return client.get("/exec/" + exec + "/json").expectOk().json();
  }

  private void checkExecs(String busy, String ends, String meanwhile, String late)
      throws Exception {
    client.post("/exec/" + late + "/start", Map.of("Detach", true)).expectOk();
    JsonNode ids = containers.inspect(busy).get("ExecIDs");
    assertThat(ids.valueStream().map(JsonNode::asString)).contains(ends);
    String touch = containers.exec(busy, Map.of(), "touch", "/end");
    client.post("/exec/" + touch + "/start", Map.of("Detach", true)).expectOk();
    assertThat(exitCode(ends)).isEqualTo(42);
    assertThat(exitCode(meanwhile)).isEqualTo(43);
    assertThat(exitCode(late)).isEqualTo(44);
    assertThat(exitCode(touch)).isZero();
    assertThat(Collections.frequency(containers.actions(busy), "exec_die")).isEqualTo(4);
  }

  private int exitCode(String exec) throws Exception {
    JsonNode ended = awaitExec(exec, "over", now -> !now.get("ExitCode").isNull());
    return ended.get("ExitCode").asInt();
  }

  private JsonNode awaitExec(String exec, String what, Predicate<JsonNode> wanted)
      throws IOException {
    Instant end = Instant.now().plusSeconds(30);
    JsonNode now = inspectExec(exec);
    while (!wanted.test(now)) {
      assertThat(Instant.now()).as("exec is %s: %s", what, now).isBefore(end);
      LockSupport.parkNanos(20_000_000);
      now = inspectExec(exec);
    }
    return now;
  }

  /** Checks go on, and find what there is to be found. */
  private void checkHealth(String healthy) throws Exception {
    containers.await(healthy, "healthy again", now -> health(now).equals("healthy"));
    String sick = containers.exec(healthy, Map.of(), "touch", "/sick");
    client.post("/exec/" + sick + "/start", Map.of("Detach", true)).expectOk();
    containers.await(healthy, "unhealthy", now -> health(now).equals("unhealthy"));
  }

  private void checkRestarts(String restarting) throws Exception {
    JsonNode container = containers.awaitStatus(restarting, "exited");
    assertThat(container.get("RestartCount").asInt()).isEqualTo(5);
    assertThat(containers.log(restarting)).isEqualTo("run\n".repeat(6));
    Instant finished = Instant.parse(container.at("/State/FinishedAt").asString());
    Instant created = Instant.parse(container.get("Created").asString());
    // 100 ms, doubled four times
    assertThat(Duration.between(created, finished)).isGreaterThan(Duration.ofMillis(3100));
  }

  private void checkLog(String counter, int least) throws IOException {
    List<String> lines = containers.log(counter).lines().toList();
    List<String> expected =
        IntStream.rangeClosed(1, lines.size()).mapToObj(line -> "line " + line).toList();
    assertThat(lines).hasSizeGreaterThanOrEqualTo(least).isEqualTo(expected);
  }
}
