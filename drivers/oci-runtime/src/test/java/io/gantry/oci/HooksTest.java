package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gantry.plugins.runtime.ContainerSpec;
import io.gantry.plugins.runtime.LaunchException;
import io.gantry.plugins.runtime.RuntimeDriverFactory;
import io.gantry.plugins.runtime.RuntimeDriverFixture;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** OCI hooks: those the runtime runs before the program, and those this driver runs after it. */
class HooksTest extends RuntimeDriverFixture {

  private Path log = Path.of("/");

  @Override
  protected RuntimeDriverFactory factory() {
    return new OciRuntimeFactory();
  }

  @BeforeEach
  void logFile() throws IOException {
    log = Files.createFile(scratch.resolve("hooks.log"));
  }

  private Path hook(String name, String script) throws IOException {
    Path file = scratch.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file;
  }

  /** A hook that writes its argument to the log. */
  private Path says() throws IOException {
    return hook("says", "echo \"$1\" >> " + log);
  }

  private static String entry(Path program, String argument, int timeout) {
    return "{\"path\":\"%s\",\"args\":[\"name\",\"%s\"],\"env\":[\"A=b c\"],\"timeout\":%d}"
        .formatted(program, argument, timeout);
  }

  private static String entry(Path program, String argument) {
    return entry(program, argument, 20);
  }

  private ContainerSpec spec(String runtime, String hooks, String script) {
    ContainerSpec plain =
        container().withExtra("\"hooks\":{" + hooks + "},").withShell(script).spec();
    return new ContainerSpec(
        plain.id(),
        runtime,
        plain.config(),
        plain.cgroupPath(),
        false,
        false,
        false,
        Optional.empty(),
        false);
  }

  private void runToTheEnd(ContainerSpec spec) throws InterruptedException {
    var _ = driver.create(spec);
    driver.start(spec.id());
    awaitExit(spec.id());
  }

  private void awaitLog(String text) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
    while (!Files.readString(log).contains(text)) {
      assertThat(System.nanoTime()).as("%s is logged", text).isLessThan(deadline);
      LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void runInOrderAndOneThatFailsAfterTheStartKeepsNobody(String runtime) throws Exception {
    Path says = says();
    Path fails = hook("fails", "echo failing >> " + log + "; exit 3");
    Path missing = scratch.resolve("missing");
    String hooks =
        "\"prestart\":[%s,%s],\"poststart\":[%s,%s,%s],\"poststop\":[%s,%s]"
            .formatted(
                entry(says, "first"),
                entry(says, "second"),
                entry(fails, ""),
                entry(missing, ""),
                entry(says, "started"),
                entry(fails, ""),
                entry(says, "stopped"));
    ContainerSpec spec = spec(runtime, hooks, "true");
    runToTheEnd(spec);
    driver.delete(spec.id(), false);
    driver.hooks(spec.id()).join();
    assertThat(log).hasContent("first\nsecond\nfailing\nstarted\nfailing\nstopped");
    assertThat(context.runDirectory().resolve("hooks")).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void getTheirNameTheirEnvironmentAndTheStateOfTheContainer(String runtime) throws Exception {
    // A program that knows what it is called and what its environment is.
    Path program = Files.copy(Path.of("/bin/busybox"), scratch.resolve("program"));
    Path tells =
        hook("tells", "{ tr '\\0' ' ' < /proc/$$/environ; cat; ls config.json; echo; } >> " + log);
    String hooks =
        "\"prestart\":[{\"path\":\"%s\",\"args\":[\"touch\",\"%s\"]},%s],\"poststart\":[%3$s],\"poststop\":[%3$s]"
            .formatted(program, scratch.resolve("touched"), entry(tells, "x"));
    ContainerSpec spec = spec(runtime, hooks, "true");
    runToTheEnd(spec);
    driver.hooks(spec.id()).join();
    driver.delete(spec.id(), false);
    driver.hooks(spec.id()).join();
    assertThat(scratch.resolve("touched")).exists();
    String id = "\"id\":\"" + spec.id() + "\"";
    assertThat(Files.readAllLines(log).stream().filter(line -> line.contains("config.json")))
        .hasSize(3);
    assertThat(Files.readString(log))
        .contains("A=b c ")
        .containsPattern(id + ",.*\"status\":\"creat")
        .containsPattern(id + ",\"status\":\"running\",\"pid\":\\d+")
        .containsPattern(id + ",\"status\":\"stopped\",\"bundle\":\"");
  }

  /** crun by itself fails when a hook has ended before it has written to it. */
  @Test
  void needNotReadTheirInput() throws Exception {
    String hook = "{\"path\":\"/bin/true\",\"args\":[\"true\"]}";
    String many = String.join(",", Collections.nCopies(60, hook));
    ContainerSpec spec = spec("crun", "\"prestart\":[" + many + "]", "true");
    var _ = driver.create(spec);
    driver.start(spec.id());
    assertThat(awaitExit(spec.id()).exitCode()).isZero();
    driver.delete(spec.id(), false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void oneThatFailsBeforeTheProgramFailsTheCreateAndSaysWhy(String runtime) throws Exception {
    Path fails = hook("fails", "echo not this; echo no reason >&2; exit 3");
    String hooks =
        "\"prestart\":[%s],\"poststop\":[%s]".formatted(entry(fails, ""), entry(says(), "stopped"));
    ContainerSpec spec = spec(runtime, hooks, "true");
    LaunchException failure =
        catchThrowableOfType(LaunchException.class, () -> driver.create(spec));
    assertThat(failure).hasMessageContaining("exit status 3").hasMessageContaining("no reason");
    assertThat(failure.getMessage()).doesNotContain("/bin/sh");
    assertThat(failure.reason()).isEqualTo(LaunchException.Reason.OTHER);
    driver.hooks(spec.id()).join();
    assertThat(log).hasContent("stopped");
  }

  /** What the hook has started holds its output: runc waits for that by itself. */
  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void oneThatHangsBeforeTheProgramIsEndedWithWhatItStarted(String runtime) throws Exception {
    Path hangs = hook("hangs", "sleep 600 & echo $! > " + log + "; wait");
    ContainerSpec spec = spec(runtime, "\"prestart\":[" + entry(hangs, "", 1) + "]", "true");
    LaunchException failure =
        catchThrowableOfType(LaunchException.class, () -> driver.create(spec));
    assertThat(failure).hasMessageContaining("error running hook").hasMessageContaining("time");
    awaitGone(Integer.parseInt(Files.readString(log).strip()));
  }

  @Test
  void oneThatHangsAfterTheEndIsWaitedForByTheNextCreateOnlyAndEndedInTime() throws Exception {
    Path hangs = hook("hangs", "sleep 600 & echo $! > " + log + "; wait");
    ContainerSpec spec = spec("", "\"poststop\":[" + entry(hangs, "", 5) + "]", "true");
    runToTheEnd(spec);
    long begin = System.nanoTime();
    driver.delete(spec.id(), false);
    assertThat(driver.hooks(spec.id())).as("the removal did not wait for them").isNotDone();
    runToTheEnd(spec);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(5));
    awaitGone(Integer.parseInt(Files.readString(log).strip()));
  }

  @Test
  void theNextDaemonGoesOnWithThem() throws Exception {
    Path waits =
        hook(
            "waits",
            "echo begin $1 >> %s; while [ ! -e %s ]; do sleep 0.05; done; echo end $1 >> %1$s"
                .formatted(log, scratch.resolve("go")));
    String hooks =
        "\"poststart\":[%s,%s],\"poststop\":[%s]"
            .formatted(entry(waits, "a"), entry(says(), "b"), entry(says(), "c"));
    ContainerSpec spec = spec("", hooks, "sleep 100");
    var _ = driver.create(spec);
    driver.start(spec.id());
    awaitLog("begin a");
    reopen();
    var _ = driver.adopt(List.of(spec.id()));
    driver.delete(spec.id(), true);
    assertThat(driver.hooks(spec.id())).isNotDone();
    reopen();
    var _ = driver.adopt(List.of());
    Files.createFile(scratch.resolve("go"));
    driver.hooks(spec.id()).join();
    assertThat(log).hasContent("begin a\nend a\nb\nc");
  }
}
