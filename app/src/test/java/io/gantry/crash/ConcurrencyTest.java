package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Row C7: many clients at once. Every request is answered, and as it should be; afterwards nothing
 * is left on the host. {@code -Dgantry.load.commands=5000} for more.
 */
class ConcurrencyTest {

  private static final int COMMANDS = Integer.getInteger("gantry.load.commands", 1000);
  private static final int CONTAINERS = Integer.getInteger("gantry.load.containers", 200);
  private static final int CONNECTIONS = 200;
  private static final int CLIENTS = 32;
  private static final int KILLS = 5;

  /** What a connection asks for in a row, be it changes or questions. */
  private static final int IN_A_ROW = 5;

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private static TestDaemon daemon;
  private static EngineClient client;
  private static Containers containers;
  private static HostState.Marks marks;
  private static HostState before;

  @BeforeAll
  static void start() throws Exception {
    daemon = new TestDaemon("--bridge", "none");
    daemon.start().withBusybox();
    client = daemon.client();
    containers = new Containers(client);
    String network =
        client
            .post("/networks/create", Map.of("Name", "load", "Driver", "bridge"))
            .expectOk()
            .json()
            .get("Id")
            .asString();
    containers.run("first", Map.of(), Map.of("NetworkMode", "load"), "sleep", "600");
    marks = HostState.Marks.of("br-" + network.substring(0, 12));
    before = HostState.of(daemon, marks);
    client.delete("/containers/first?force=1").expectOk();
  }

  @AfterAll
  static void end() throws Exception {
    daemon.close();
  }

  /** Something a client does; it fails when it is not answered as it should be. */
  @FunctionalInterface
  private interface Job {
    void run(int number) throws Exception;
  }

  /** Runs the jobs, so many at once and all beginning together, and waits for the last. */
  private static void all(int jobs, int atOnce, Job job) throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> clients = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < atOnce; i++) {
        clients.add(
            threads.submit(
                () -> {
                  go.await();
                  for (int n = next.getAndIncrement(); n < jobs; n = next.getAndIncrement()) {
                    job.run(n);
                  }
                  return null;
                }));
      }
      go.countDown();
      for (Future<?> each : clients) {
        each.get();
      }
    }
  }

  @Test
  void mixedCommandsFromManyConnectionsAreAllAnswered() throws Exception {
    List<String> shared = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      shared.add(containers.run("shared" + i, "sh", "-c", "echo line; sleep 600"));
    }
    AtomicInteger answered = new AtomicInteger();
    all(
        COMMANDS / IN_A_ROW,
        CONNECTIONS,
        n -> {
          if (n % 2 == 0) {
            change("mixed" + n);
          } else {
            ask(shared.get(n % shared.size()));
          }
          answered.addAndGet(IN_A_ROW);
        });
    assertThat(answered.get()).isEqualTo(COMMANDS);
    for (String id : shared) {
      assertThat(containers.status(id)).isEqualTo("running");
      client.delete("/containers/" + id + "?force=1").expectOk();
    }
    requireNothingLeft();
  }

  private static void change(String name) throws IOException {
    String id = containers.create(name, "sleep", "600");
    client.post("/containers/" + id + "/start").expectOk();
    String exec = containers.exec(id, Map.of("AttachStdout", true), "echo", name);
    Answer output = client.post("/exec/" + exec + "/start", Map.of("Detach", false));
    assertThat(Containers.payload(output.body())).isEqualTo(name + "\n");
    client.post("/containers/" + id + "/stop?t=0").expectOk();
    client.delete("/containers/" + id).expectOk();
  }

  private static void ask(String id) throws IOException {
    JsonNode list = client.get("/containers/json").expectOk().json();
    assertThat(list.valueStream().map(row -> row.get("Id").asString())).contains(id);
    assertThat(containers.inspect(id).get("Id").asString()).isEqualTo(id);
    assertThat(containers.log(id)).isEqualTo("line\n");
    JsonNode stats =
        client.get("/containers/" + id + "/stats?stream=0&one-shot=1").expectOk().json();
    assertThat(stats.at("/pids_stats/current").asInt()).isPositive();
    long now = Instant.now().getEpochSecond();
    assertThat(client.get("/events?since=1&until=" + (now - 1)).expectOk().status()).isEqualTo(200);
  }

  @Test
  void manyLivesAtOnceLeaveNothing() throws Exception {
    all(
        CONTAINERS,
        CLIENTS,
        n -> {
          String id = create("life" + n).expectOk().json().get("Id").asString();
          client.post("/containers/" + id + "/start").expectOk();
          client.post("/containers/" + id + "/restart?t=0").expectOk();
          client.post("/containers/" + id + "/stop?t=0").expectOk();
          client.delete("/containers/" + id).expectOk();
        });
    requireNothingLeft();
  }

  private static Answer create(String name) throws IOException {
    return client.post(
        "/containers/create?name=" + name,
        Map.of(
            "Image", "busybox",
            "Cmd", List.of("sleep", "600"),
            "HostConfig", Map.of("NetworkMode", "load")));
  }

  @Test
  void manyLivesAtOnceWhileTheDaemonIsKilled() throws Exception {
    AtomicInteger steps = new AtomicInteger();
    allWhileKilled(CONTAINERS, CLIENTS, steps, n -> live("killed" + n, steps));
    requireNothingLeft();
  }

  @Test
  void mixedCommandsWhileTheDaemonIsKilled() throws Exception {
    List<String> shared = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      shared.add(containers.run("kept" + i, "sh", "-c", "echo line; sleep 600"));
    }
    AtomicInteger steps = new AtomicInteger();
    allWhileKilled(
        COMMANDS / IN_A_ROW,
        CONNECTIONS,
        steps,
        n -> {
          if (n % 2 == 0) {
            insistOnChange("cut" + n, steps);
          } else {
            insistOnAnswers(shared.get(n % shared.size()), steps);
          }
        });
    assertThat(steps.get()).isGreaterThanOrEqualTo(COMMANDS);
    for (String id : shared) {
      assertThat(containers.status(id)).isEqualTo("running");
      assertThat(containers.log(id)).isEqualTo("line\n");
      client.delete("/containers/" + id + "?force=1").expectOk();
    }
    requireNothingLeft();
  }

  /** Like {@link #all}, for jobs of at least {@link #IN_A_ROW} steps, with the daemon killed. */
  private static void allWhileKilled(int jobs, int atOnce, AtomicInteger steps, Job job)
      throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> load =
          threads.submit(
              () -> {
                all(jobs, atOnce, job);
                return null;
              });
      for (int kill = 1; kill <= KILLS; kill++) {
        awaitSteps(steps, kill * jobs * IN_A_ROW / (KILLS + 1), load);
        daemon.kill();
        daemon.start();
      }
      load.get();
    }
  }

  private static void awaitSteps(AtomicInteger steps, int count, Future<?> load) throws Exception {
    Instant end = Instant.now().plus(PATIENCE);
    while (steps.get() < count) {
      assertThat(Instant.now()).as("%d steps of %d", steps.get(), count).isBefore(end);
      if (load.isDone()) {
        load.get();
      }
      LockSupport.parkNanos(10_000_000);
    }
  }

  /** A whole life, each step of it asked for until it is answered. */
  private static void live(String name, AtomicInteger steps) throws Exception {
    // a step that was done and not answered is found done
    insist(() -> create(name), Set.of(201, 409), steps);
    insist(() -> client.post("/containers/" + name + "/start"), Set.of(204, 304), steps);
    insist(() -> client.post("/containers/" + name + "/restart?t=0"), Set.of(204), steps);
    insist(() -> client.post("/containers/" + name + "/stop?t=0"), Set.of(204, 304), steps);
    insist(() -> client.delete("/containers/" + name), Set.of(204, 404), steps);
  }

  /** As {@link #change}; what an exec printed while the daemon died cannot be had again. */
  private static void insistOnChange(String name, AtomicInteger steps) {
    String path = "/containers/" + name;
    Map<String, ?> echo = Map.of("AttachStdout", true, "Cmd", List.of("echo", name));
    insist(() -> create(name), Set.of(201, 409), steps);
    insist(() -> client.post(path + "/start"), Set.of(204, 304), steps);
    Answer exec = insist(() -> client.post(path + "/exec", echo), Set.of(201), steps);
    String start = "/exec/" + exec.json().get("Id").asString() + "/start";
    insist(() -> client.post(start, Map.of("Detach", false)), Set.of(200, 409), steps);
    insist(() -> client.post(path + "/stop?t=0"), Set.of(204, 304), steps);
    insist(() -> client.delete(path), Set.of(204, 404), steps);
  }

  private static void insistOnAnswers(String id, AtomicInteger steps) {
    for (String question :
        List.of(
            "/containers/json",
            "/containers/" + id + "/json",
            "/containers/" + id + "/logs?stdout=1",
            "/containers/" + id + "/stats?stream=0&one-shot=1",
            "/events?since=1&until=" + (Instant.now().getEpochSecond() - 1))) {
      assertThat(insist(() -> client.get(question), Set.of(200), steps).body()).isNotEmpty();
    }
  }

  @FunctionalInterface
  private interface Request {
    Answer send() throws IOException;
  }

  private static Answer insist(Request request, Set<Integer> expected, AtomicInteger steps) {
    Instant end = Instant.now().plus(PATIENCE);
    while (true) {
      try {
        Answer answer = request.send();
        boolean beingRemoved = answer.text().contains("is already in progress");
        if (!beingRemoved) {
          assertThat(expected).as(answer.text()).contains(answer.status());
          steps.incrementAndGet();
          return answer;
        }
      } catch (IOException e) {
        assertThat(Instant.now()).as("the daemon comes back: %s", e).isBefore(end);
      }
      LockSupport.parkNanos(50_000_000);
    }
  }

  /** No container, and of none anything: mounts, namespaces, veths, monitors, cgroups, rules. */
  private static void requireNothingLeft() throws IOException {
    assertThat(client.get("/containers/json?all=1").json().valueStream()).isEmpty();
    Instant end = Instant.now().plusSeconds(20);
    while (!HostState.of(daemon, marks).isWithin(0, before)) {
      assertThat(Instant.now())
          .as("left on the host: %s", HostState.of(daemon, marks))
          .isBefore(end);
      LockSupport.parkNanos(50_000_000);
    }
    try (Stream<Path> directories = Files.list(daemon.dataRoot().resolve("containers"))) {
      assertThat(directories).isEmpty();
    }
  }
}
