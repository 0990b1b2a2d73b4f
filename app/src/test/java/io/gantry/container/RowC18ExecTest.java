package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.Hijacked;
import io.gantry.testing.Hijacked.Way;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Row C18: further processes in a container, and their streams. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC18ExecTest extends StreamRows {

  /** Prints the size of the terminal, if it has one. */
  private static final String SIZE = "stty -a 2>/dev/null | grep -o 'rows [0-9]*; columns [0-9]*'";

  private static Hijacked begin(String exec, Way way, boolean tty) throws IOException {
    return Hijacked.open(
        engine.socket(), way, "/exec/" + exec + "/start", "{\"Detach\":false,\"Tty\":" + tty + "}");
  }

  private static JsonNode inspect(String exec) throws IOException {
    return engine.client().get("/exec/" + exec + "/json").expectOk().json();
  }

  @ParameterizedTest
  @EnumSource(names = {"UPGRADE", "PLAIN"})
  void carriesStdinToStdoutUnchanged(Way way) throws Exception {
    int times = way == Way.UPGRADE ? 64 : 16;
    byte[] data = Hijacked.random();
    String id = containers.run("busy", "sleep", "600");
    String exec = containers.exec(id, Map.of("AttachStdin", true, "AttachStdout", true), "cat");
    try (Hijacked session = begin(exec, way, false)) {
      Future<?> sent = send(session, data, times);
      session.require(true, data, times);
      sent.get();
      session.endInput();
      assertThat(session.rest(true)).isEmpty();
    }
    assertThat(inspect(exec).get("ExitCode").asInt()).isZero();
  }

  @Test
  void processesLeftBehindDoNotHangTheClient() throws Exception {
    String id = containers.run("busy", "sleep", "600");
    String exec =
        containers.exec(
            id,
            Map.of("AttachStdout", true, "AttachStderr", true),
            "sh",
            "-c",
            "sleep 500 & echo done; exit 3");
    try (Hijacked session = begin(exec, Way.UPGRADE, false)) {
      assertThat(new String(session.rest(true), StandardCharsets.UTF_8)).isEqualTo("done\n");
    }
    assertThat(inspect(exec).get("ExitCode").asInt()).isEqualTo(3);
    assertThat(engine.shell(id, "ps")).contains("sleep 500");
  }

  @Test
  void theEndOfItsContainerEndsIt() throws Exception {
    String id = containers.run("ends", "sleep", "600");
    String exec =
        containers.exec(id, Map.of("AttachStdout", true), "sh", "-c", "echo up; exec sleep 500");
    try (Hijacked session = begin(exec, Way.UPGRADE, false)) {
      session.until("up\n", true);
      engine.client().post("/containers/" + id + "/stop?t=0").expectOk();
      assertThat(session.rest(true)).isEmpty();
    }
    assertThat(inspect(exec).get("ExitCode").asInt()).isEqualTo(137);
    engine.client().delete("/containers/" + id).expectOk();
    assertThat(engine.client().get("/exec/" + exec + "/json").status()).isEqualTo(404);
  }

  @Test
  void terminalWithSizeAndDetachKeys() throws Exception {
    String id = containers.run("busy", "sleep", "600");
    String exec =
        containers.exec(
            id,
            Map.of(
                "AttachStdin", true,
                "AttachStdout", true,
                "Tty", true,
                "DetachKeys", "ctrl-x"),
            "sh",
            "-c",
            "read x; stty size; exec sleep 400");
    try (Hijacked session = begin(exec, Way.UPGRADE, true)) {
      session.write("a");
      session.until("a", false);
      engine.client().post("/exec/" + exec + "/resize?h=12&w=34").expectOk();
      session.write("\n");
      assertThat(session.until("34", false)).contains("12 34");
      session.write("\30");
      session.rest(false);
    }
    engine.own("dockerd 28 takes it for the end of the process, with status 126");
    assertThat(inspect(exec).get("Running").asBoolean()).isTrue();
    assertThat(containers.actions(id)).contains("exec_detach");
  }

  /** Clients before API 1.42 set the size while the process starts. */
  @Test
  void aSizeThatComesBeforeTheProcessWaitsForIt() throws Exception {
    String id = containers.run("busy", "sleep", "600");
    Map<String, ?> terminal = Map.of("AttachStdin", true, "AttachStdout", true, "Tty", true);
    String exec = containers.exec(id, terminal, "sh", "-c", "read x; stty size");
    Future<Answer> resize =
        background.submit(() -> engine.client().post("/exec/" + exec + "/resize?h=12&w=34"));
    assertThat(resize).as("before the start").isNotDone();
    try (Hijacked session = begin(exec, Way.UPGRADE, true)) {
      resize.get(30, TimeUnit.SECONDS).expectOk();
      session.write("\n");
      assertThat(session.until("34", false)).contains("12 34");
    }
  }

  @Test
  void environmentUserAndDirectoryAreItsOwn() throws Exception {
    String id = containers.run("busy", "sleep", "600");
    String exec =
        containers.exec(
            id,
            Map.of(
                "AttachStdout",
                true,
                "Env",
                List.of("MINE=yes"),
                "User",
                "nobody",
                "WorkingDir",
                "/tmp"),
            "sh",
            "-c",
            "echo $MINE $(id -u) $(pwd)");
    try (Hijacked session = begin(exec, Way.PLAIN, false)) {
      assertThat(new String(session.rest(true), StandardCharsets.UTF_8))
          .isEqualTo("yes 65534 /tmp\n");
    }
  }

  /** What comes is as whoever starts it says, not as whoever created it said. */
  @ParameterizedTest
  @CsvSource({
    "true,  false, 51, multiplexed-stream, ''",
    "false, true,  51, raw-stream,         ''",
    "true,  true,  51, raw-stream,         rows 12; columns 34",
    "true,  true,  41, raw-stream,         ''",
    "true,  false, 41, raw-stream,         ''",
  })
  void theStartSaysHowOutputComes(
      boolean terminal, boolean asked, int version, String type, String size) throws Exception {
    String id = containers.run("busy", "sleep", "600");
    String exec =
        containers.exec(id, Map.of("AttachStdout", true, "Tty", terminal), "sh", "-c", SIZE);
    try (Hijacked session =
        Hijacked.open(
            engine.socket(),
            Way.UPGRADE,
            "/v1." + version + "/exec/" + exec + "/start",
            "{\"Tty\":" + asked + ",\"ConsoleSize\":[12,34]}")) {
      assertThat(session.contentType()).isEqualTo("application/vnd.docker." + type);
      assertThat(new String(session.rest(!asked), StandardCharsets.UTF_8).strip()).isEqualTo(size);
    }
  }

  @Test
  void clientsBeforeApi142GiveNoSize() throws Exception {
    String id = containers.run("busy", "sleep", "600");
    for (int version : List.of(41, 42)) {
      String exec =
          engine
              .client()
              .post(
                  "/v1." + version + "/containers/" + id + "/exec",
                  Map.of(
                      "AttachStdout",
                      true,
                      "Tty",
                      true,
                      "ConsoleSize",
                      List.of(12, 34),
                      "Cmd",
                      List.of("sh", "-c", SIZE)))
              .expectOk()
              .json()
              .get("Id")
              .asString();
      try (Hijacked session = begin(exec, Way.UPGRADE, true)) {
        assertThat(new String(session.rest(false), StandardCharsets.UTF_8).strip())
            .isEqualTo(version == 41 ? "" : "rows 12; columns 34");
      }
    }
  }

  @Test
  void whoHangsUpLeavesNothingOpenThoughTheProcessIsSilent() throws Exception {
    TestDaemon daemon = engine.own("what our daemon has open");
    String id = containers.run("busy", "sleep", "600");
    List<Hijacked> clients = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String exec =
          containers.exec(id, Map.of("AttachStdin", true, "AttachStdout", true), "sleep", "500");
      clients.add(begin(exec, Way.UPGRADE, false));
      if (i % 2 == 0) {
        clients.getLast().endInput();
      }
    }
    assertThat(sessions(daemon)).isGreaterThanOrEqualTo(clients.size());
    for (Hijacked client : clients) {
      client.close();
    }
    while (sessions(daemon) > 0) {
      // the time limit of the test ends this
      TimeUnit.MILLISECONDS.sleep(50);
    }
    assertThat(engine.shell(id, "ps")).contains("sleep 500");
  }

  /** How many clients our daemon serves at the streams of processes. */
  private static long sessions(TestDaemon daemon) throws Exception {
    return daemon.threads().lines().filter(line -> line.contains("StreamSession.run")).count();
  }
}
