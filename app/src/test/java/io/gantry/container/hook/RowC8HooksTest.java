package io.gantry.container.hook;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.mount.MountInfo;
import io.gantry.testing.EngineClient;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Rows C8 and C9 of the guide, and A17: hooks of containers, {@code KERNEL_MODULES}, and the hooks
 * of all containers; with C20's {@code inspect -t} while a hook keeps a container's lock.
 */
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class RowC8HooksTest {

  private static final Duration AT_ONCE = Duration.ofSeconds(3);

  private TestDaemon daemon;
  private EngineClient client;
  private Path files;
  private Path defaults;
  private Path defaultsLog;

  /** Of the test that runs. */
  private Path scratch;

  private Path log;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    files = directory;
    scratch = directory;
    defaults = directory.resolve("defaults.json");
    defaultsLog = directory.resolve("defaults.log");
    daemon = new TestDaemon("--bridge", "none", "--hook-spec", defaults.toString());
    client = daemon.client();
    Path program = hook("default", "[ ! -e %s ] || echo $1 >> %1$s".formatted(defaultsLog));
    spec(
        "defaults.json",
        Map.of(
            "prestart", List.of(entry(program, "default-first")),
            "poststop", List.of(entry(program, "default-last"))));
    daemon.start().withBusybox();
  }

  @BeforeEach
  void prepare() throws IOException {
    scratch = Files.createTempDirectory(files, "test");
    log = Files.createFile(scratch.resolve("log"));
  }

  /** Hooks that wait for it end, whatever became of their test. */
  @AfterEach
  void go() throws IOException {
    Files.writeString(scratch.resolve("go"), "");
    Files.deleteIfExists(defaultsLog);
  }

  @AfterAll
  void close() throws Exception {
    daemon.close();
  }

  private Path hook(String name, String script) throws IOException {
    // Not where another test's is: that may be running still.
    Path directory =
        Files.createDirectories(daemon.dataRoot().resolve("hooks").resolve(scratch.getFileName()));
    Path file = Files.writeString(directory.resolve(name), "#!/bin/sh\n" + script + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  /** Writes its argument to the log. */
  private Path says() throws IOException {
    return hook("says", "echo $1 >> " + log);
  }

  /** Says so, then goes on when the test lets it. */
  private Path waits() throws IOException {
    return hook(
        "waits",
        "echo waiting $1 >> %s; while [ ! -e %s/go ]; do sleep 0.05; done; echo gone on $1 >> %1$s"
            .formatted(log, scratch));
  }

  private static Map<String, Object> entry(Path program, String argument) {
    return Map.of(
        "path",
        program.toString(),
        "args",
        List.of("name", argument),
        "env",
        List.of("PATH=/bin:/usr/bin"));
  }

  private String spec(String name, Map<String, List<Map<String, Object>>> hooks)
      throws IOException {
    String json = JsonMapper.shared().writeValueAsString(hooks);
    return Files.writeString(scratch.resolve(name), json).toString();
  }

  private EngineClient.Answer create(String name, String spec, String script, String... options)
      throws IOException {
    String runtime = options.length == 0 ? "" : ",\"Runtime\":\"" + options[0] + "\"";
    return client.post(
        "/containers/create?name=" + name,
        """
        {"Image":"busybox","Cmd":["sh","-c","%s"],"StopTimeout":1,"Env":["KERNEL_MODULES=a,b"],
         "HostConfig":{"HookSpec":"%s"%s}}
        """
            .formatted(script, spec, runtime));
  }

  private void run(String name, String spec, String script, String... options) throws IOException {
    create(name, spec, script, options).expectOk();
    client.post("/containers/" + name + "/start").expectOk();
  }

  private void awaitLog(String text) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
    while (!Files.readString(log).contains(text)) {
      assertThat(System.nanoTime())
          .as("%s in %s", text, Files.readString(log))
          .isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  private static <T> T atOnce(Callable<T> action) throws Exception {
    long begin = System.nanoTime();
    T result = action.call();
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(AT_ONCE);
    return result;
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void theDaemonsHooksThenTheContainersInTheOrderOfTheFile(String runtime) throws Exception {
    log = Files.createFile(defaultsLog);
    Path says = says();
    Path fails = hook("fails", "exit 1");
    Path modules = hook("modules", "echo modules $KERNEL_MODULES; echo $KERNEL_MODULES >> " + log);
    assertThat(client.get("/info").json().path("HookSpec").asString())
        .isEqualTo(defaults.toString());
    assertThat(Files.getPosixFilePermissions(daemon.dataRoot().resolve("hooks")))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));
    String spec =
        spec(
            "own.json",
            Map.of(
                "prestart", List.of(entry(says, "own-first"), entry(modules, "")),
                "poststart", List.of(entry(fails, ""), entry(says, "own-started")),
                "poststop", List.of(entry(says, "own-last"))));
    String name = "order-" + runtime;
    create(name, spec, "echo program", runtime).expectOk();
    // Copied: what becomes of the file is of no importance any more.
    Files.writeString(Path.of(spec), "not hooks");
    client.post("/containers/" + name + "/start").expectOk();
    client.post("/containers/" + name + "/wait").expectOk();
    awaitLog("own-last");
    assertThat(log)
        .hasContent("default-first\nown-first\na,b\nown-started\ndefault-last\nown-last");
    assertThat(client.get("/containers/" + name + "/logs?stdout=1&stderr=1").text())
        .contains("program")
        .doesNotContain("modules");
    assertThat(
            client
                .get("/containers/" + name + "/json")
                .json()
                .at("/HostConfig/HookSpec")
                .asString())
        .isEqualTo(spec);
    String without = "without-" + runtime;
    client.post("/containers/create?name=" + without, "{\"Image\":\"busybox\"}").expectOk();
    client.post("/containers/" + without + "/start").expectOk();
    awaitLog("own-last\ndefault-first\ndefault-last\n");
  }

  @Test
  void aPrestartHookThatFailsIsToldAndLeavesNothing() throws Exception {
    Path fails = hook("fails", "echo to nobody; echo the reason >&2; exit 7");
    String spec =
        spec(
            "x.json",
            Map.of(
                "prestart", List.of(entry(fails, "")),
                "poststop", List.of(entry(says(), "stopped"))));
    create("fails", spec, "sleep 1000").expectOk();
    EngineClient.Answer failed = client.post("/containers/fails/start");
    assertThat(failed.status()).isEqualTo(500);
    assertThat(failed.json().path("message").asString())
        .contains("error running hook", "exit status 7", "the reason");
    var state = client.get("/containers/fails/json").json().path("State");
    assertThat(state.path("Status").asString()).isEqualTo("created");
    assertThat(state.path("ExitCode").asInt()).isEqualTo(128);
    assertThat(state.path("Error").asString()).contains("the reason");
    awaitLog("stopped");
    assertThat(daemon.containerCgroups()).isEmpty();
    Path mounts = daemon.execRoot().resolve("rootfs");
    assertThat(MountInfo.list()).noneMatch(m -> Path.of(m.mountPoint()).startsWith(mounts));
    says();
    hook("fails", "exit 0");
    client.post("/containers/fails/start").expectOk();
    client.delete("/containers/fails?force=1").expectOk();
  }

  @Test
  void aPoststopHookThatHangsKeepsNobodyButTheNextStart() throws Exception {
    String spec = spec("x.json", Map.of("poststop", List.of(entry(waits(), ""))));
    run("hangs", spec, "sleep 1000");
    run("hangs-too", spec, "sleep 1000");
    atOnce(() -> client.post("/containers/hangs/kill").expectOk());
    awaitLog("waiting");
    assertThat(
            atOnce(() -> client.get("/containers/hangs/json?t=1"))
                .json()
                .at("/State/Status")
                .asString())
        .isEqualTo("exited");
    atOnce(() -> client.post("/containers/hangs/rename?name=renamed").expectOk());
    atOnce(() -> client.post("/containers/renamed/update", "{\"CpuShares\":512}").expectOk());
    atOnce(() -> client.get("/containers/json?all=1").expectOk());
    atOnce(() -> client.post("/containers/hangs-too/kill").expectOk());
    CompletableFuture<EngineClient.Answer> next = startInBackground("hangs-too");
    atOnce(() -> client.delete("/containers/renamed").expectOk());
    assertThat(next).isNotDone();
    Files.writeString(scratch.resolve("go"), "");
    next.join().expectOk();
    awaitLog("gone on");
    client.delete("/containers/hangs-too?force=1").expectOk();
  }

  @Test
  void inspectAnswersWhileAPrestartHookKeepsTheContainer() throws Exception {
    String spec = spec("x.json", Map.of("prestart", List.of(entry(waits(), ""))));
    create("inspect", spec, "sleep 1000").expectOk();
    CompletableFuture<EngineClient.Answer> started = startInBackground("inspect");
    awaitLog("waiting");
    assertThat(atOnce(() -> client.get("/v1.39/containers/inspect/json?t=1")).status())
        .isEqualTo(200);
    assertThat(atOnce(() -> client.get("/containers/inspect/json?size=1")).status()).isEqualTo(200);
    assertThat(started).isNotDone();
    Files.writeString(scratch.resolve("go"), "");
    started.join().expectOk();
  }

  private CompletableFuture<EngineClient.Answer> startInBackground(String name) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.post("/containers/" + name + "/start");
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        Thread::startVirtualThread);
  }

  @Test
  void theDaemonIsKilledWhileHooksRun() throws Exception {
    Path waits = waits();
    String before = spec("before.json", Map.of("prestart", List.of(entry(waits, "before"))));
    String after =
        spec(
            "after.json",
            Map.of("poststop", List.of(entry(waits, "after"), entry(says(), "and the next"))));
    run("after", after, "sleep 1000");
    client.post("/containers/after/kill").expectOk();
    awaitLog("waiting after");
    create("before", before, "sleep 1000").expectOk();
    var _ = startInBackground("before");
    awaitLog("waiting before");
    daemon.kill();
    daemon.start();
    assertThat(client.get("/containers/before/json").json().at("/State/Running").asBoolean())
        .isFalse();
    Files.writeString(scratch.resolve("go"), "");
    awaitLog("and the next");
    client.post("/containers/before/start").expectOk();
    client.post("/containers/after/start").expectOk();
    // The interrupted prestart hook was ended, the poststop hook was waited for.
    assertThat(log)
        .hasContent(
            "waiting after\n"
                + "waiting before\n"
                + "gone on after\n"
                + "and the next\n"
                + "waiting before\n"
                + "gone on before");
    client.delete("/containers/after?force=1").expectOk();
    client.delete("/containers/before?force=1").expectOk();
  }

  @Test
  void badHookFilesAreRefusedAtCreate() throws Exception {
    Path outside = Files.copy(says(), scratch.resolve("says"));
    String spec = spec("x.json", Map.of("prestart", List.of(entry(outside, ""))));
    EngineClient.Answer refused = create("bad", spec, "true");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.json().path("message").asString())
        .isEqualTo(
            "hook path \"%s\" isn't right, hook program must be put under \"%s\""
                .formatted(outside, daemon.dataRoot().resolve("hooks")));
    assertThat(create("bad", "relative", "true").json().path("message").asString())
        .isEqualTo("hook spec file must be an absolute path: relative");
    assertThat(client.get("/containers/bad/json").status()).isEqualTo(404);
  }
}
