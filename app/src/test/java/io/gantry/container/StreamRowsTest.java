package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.Hijacked;
import io.gantry.testing.Hijacked.Way;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** Rows C17 and C18 of the guide: the streams of containers and execs, on the real kernel. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StreamRowsTest {

  private static final int MIB = 1 << 20;
  private static final Map<String, ?> NO_LOG = Map.of("LogConfig", Map.of("Type", "none"));
  private static final Map<String, ?> INPUT = Map.of("OpenStdin", true, "StdinOnce", true);
  private static final Map<String, ?> TERMINAL = Map.of("OpenStdin", true, "Tty", true);

  private static TestDaemon daemon;
  private static EngineClient client;
  private static Containers containers;
  private static ExecutorService background;

  @BeforeAll
  static void start() throws Exception {
    background = Executors.newVirtualThreadPerTaskExecutor();
    daemon = new TestDaemon("--bridge", "none");
    daemon.start().withBusybox();
    client = daemon.client();
    containers = new Containers(client);
  }

  @AfterAll
  static void end() throws Exception {
    background.shutdownNow();
    daemon.close();
  }

  @AfterEach
  void removeAll() throws IOException {
    for (JsonNode container : client.get("/containers/json?all=1").json()) {
      client.delete("/containers/" + container.get("Id").asString() + "?force=1&v=1");
    }
  }

  private static Hijacked attach(String id, Way way, String query) throws IOException {
    String path = way == Way.WEBSOCKET ? "/attach/ws?" : "/attach?";
    return Hijacked.open(daemon.socket(), way, "/containers/" + id + path + query, "");
  }

  private static void start(String id) throws IOException {
    client.post("/containers/" + id + "/start").expectOk();
  }

  /** Sends the data, so many times. */
  private static Future<?> send(Hijacked to, byte[] data, int times) {
    Callable<?> sender =
        () -> {
          for (int i = 0; i < times; i++) {
            to.write(data);
          }
          return null;
        };
    return background.submit(sender);
  }

  private static byte[] random() {
    byte[] data = new byte[MIB];
    new Random(7).nextBytes(data);
    return data;
  }

  /** Reads the data so many times over and compares every byte; returns what comes after it. */
  private static void require(Hijacked from, boolean framed, byte[] data, int times)
      throws IOException {
    long at = 0;
    long end = (long) data.length * times;
    while (at < end) {
      byte[] piece = from.piece(framed);
      assertThat(piece).as("after %d of %d bytes", at, end).isNotEmpty();
      for (int i = 0; i < piece.length; i++, at++) {
        if (piece[i] != data[(int) (at % data.length)]) {
          throw new AssertionError("byte " + at + " is another");
        }
      }
    }
    assertThat(at).isEqualTo(end);
  }

  @Nested
  class RowC17Attach {

    @ParameterizedTest
    @EnumSource(Way.class)
    void carriesStdinToStdoutUnchanged(Way way) throws Exception {
      int times = way == Way.UPGRADE ? 64 : 16;
      byte[] data = random();
      boolean framed = way != Way.WEBSOCKET;
      String id =
          containers.create("cat", INPUT, NO_LOG, "head", "-c", Integer.toString(times * MIB));
      try (Hijacked attached = attach(id, way, "stream=1&stdin=1&stdout=1")) {
        start(id);
        Future<?> sent = send(attached, data, times);
        require(attached, framed, data, times);
        sent.get();
        assertThat(attached.rest(framed)).isEmpty();
      }
      assertThat(containers.awaitStatus(id, "exited").at("/State/ExitCode").asInt()).isZero();
    }

    @Test
    void theEndOfInputReachesTheContainerAndItsOutputGoesOn() throws Exception {
      String id =
          containers.create("half", INPUT, Map.of(), "sh", "-c", "cat; usleep 300000; echo late");
      try (Hijacked attached = attach(id, Way.UPGRADE, "stream=1&stdin=1&stdout=1")) {
        start(id);
        attached.write("in\n");
        attached.endInput();
        assertThat(new String(attached.rest(true), StandardCharsets.UTF_8)).isEqualTo("in\nlate\n");
      }
    }

    @Test
    void aClientThatStopsReadingHoldsUpNobody() throws Exception {
      int mebibytes = 32;
      Duration alone = flood("alone", mebibytes, 0);
      Duration beside = flood("beside", mebibytes, 2);
      System.out.printf(
          "%d MiB to a client: alone %d ms, beside two that do not read %d ms%n",
          mebibytes, alone.toMillis(), beside.toMillis());
      assertThat(beside).isLessThan(alone.multipliedBy(5).plusSeconds(5));
    }

    /** How long it takes until a client has all output, beside others that read nothing of it. */
    private static Duration flood(String name, int mebibytes, int stalled) throws Exception {
      String id =
          containers.create(
              name, Map.of(), NO_LOG, "dd", "if=/dev/zero", "bs=1M", "count=" + mebibytes);
      List<Hijacked> others = new ArrayList<>();
      try (Hijacked reader = attach(id, Way.UPGRADE, "stream=1&stdout=1")) {
        for (int i = 0; i < stalled; i++) {
          others.add(attach(id, Way.UPGRADE, "stream=1&stdout=1"));
        }
        long begin = System.nanoTime();
        start(id);
        require(reader, true, new byte[MIB], mebibytes);
        assertThat(reader.rest(true)).isEmpty();
        Duration took = Duration.ofNanos(System.nanoTime() - begin);
        containers.awaitStatus(id, "exited");
        for (Hijacked other : others) {
          require(other, true, new byte[MIB], mebibytes);
        }
        return took;
      } finally {
        for (Hijacked other : others) {
          other.close();
        }
      }
    }

    @Test
    void manyClientsGetAllOfIt() throws Exception {
      String id = containers.create("many", Map.of(), Map.of(), "seq", "1", "2000");
      String all = String.join("\n", numbers(2000)) + "\n";
      List<Future<byte[]>> clients = new ArrayList<>();
      List<Hijacked> attached = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        Hijacked one = attach(id, Way.UPGRADE, "stream=1&stdout=1&stderr=1");
        attached.add(one);
        clients.add(background.submit(() -> one.rest(true)));
      }
      start(id);
      for (Future<byte[]> each : clients) {
        assertThat(new String(each.get(), StandardCharsets.UTF_8)).isEqualTo(all);
      }
      for (Hijacked one : attached) {
        one.close();
      }
    }

    private static List<String> numbers(int last) {
      return IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList();
    }

    @Test
    void theLogComesBeforeTheStream() throws Exception {
      String id =
          containers.run(
              "logged",
              Map.of("OpenStdin", true),
              Map.of(),
              "sh",
              "-c",
              "echo old; read x; echo $x");
      containers.await(id, "logging", now -> !log(id).isEmpty());
      try (Hijacked attached = attach(id, Way.UPGRADE, "logs=1&stream=1&stdin=1&stdout=1")) {
        attached.write("new\n");
        assertThat(new String(attached.rest(true), StandardCharsets.UTF_8)).isEqualTo("old\nnew\n");
      }
      try (Hijacked ended = attach(id, Way.UPGRADE, "logs=1&stdout=1")) {
        assertThat(new String(ended.rest(true), StandardCharsets.UTF_8)).isEqualTo("old\nnew\n");
      }
    }

    private static String log(String id) {
      try {
        return containers.log(id);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Test
    void detachKeysLeaveTheTerminalAndAreToldAsAnEvent() throws Exception {
      String id = containers.run("terminal", TERMINAL, Map.of(), "cat");
      try (Hijacked attached =
          attach(id, Way.UPGRADE, "stream=1&stdin=1&stdout=1&detachKeys=ctrl-x,y")) {
        attached.write("hello\n");
        attached.until("hello\r\nhello\r\n", false);
        attached.write("\30y");
        assertThat(attached.rest(false)).isEmpty();
      }
      assertThat(containers.status(id)).isEqualTo("running");
      assertThat(containers.actions(id)).contains("attach", "detach");
    }

    @Test
    void theTerminalHasTheSizeItIsGiven() throws Exception {
      String id =
          containers.run("sized", TERMINAL, Map.of(), "sh", "-c", "read x; stty size; read x");
      try (Hijacked attached = attach(id, Way.UPGRADE, "stream=1&stdin=1&stdout=1")) {
        client.post("/containers/" + id + "/resize?h=33&w=77").expectOk();
        attached.write("\n");
        assertThat(attached.until("77", false)).contains("33 77");
      }
    }

    @Test
    void stdinAloneEndsWithTheContainer() throws Exception {
      String id = containers.create("stdin", INPUT, Map.of(), "sh", "-c", "read x; echo got $x");
      try (Hijacked attached = attach(id, Way.UPGRADE, "stream=1&stdin=1")) {
        start(id);
        attached.write("this\n");
        assertThat(attached.rest(true)).isEmpty();
      }
      containers.awaitStatus(id, "exited");
      assertThat(containers.log(id)).isEqualTo("got this\n");
    }

    @Test
    void withoutInteractiveStdinIsAtItsEndFromTheStart() throws Exception {
      String id = containers.run("closed", "sh", "-c", "cat; echo end");
      containers.awaitStatus(id, "exited");
      assertThat(containers.log(id)).isEqualTo("end\n");
    }
  }

  @Nested
  class RowC18Exec {

    private static Hijacked start(String exec, Way way, boolean tty) throws IOException {
      return Hijacked.open(
          daemon.socket(),
          way,
          "/exec/" + exec + "/start",
          "{\"Detach\":false,\"Tty\":" + tty + "}");
    }

    private static JsonNode inspect(String exec) throws IOException {
      return client.get("/exec/" + exec + "/json").expectOk().json();
    }

    @ParameterizedTest
    @EnumSource(names = {"UPGRADE", "PLAIN"})
    void carriesStdinToStdoutUnchanged(Way way) throws Exception {
      int times = way == Way.UPGRADE ? 64 : 16;
      byte[] data = random();
      String id = containers.run("busy", "sleep", "600");
      String exec = containers.exec(id, Map.of("AttachStdin", true, "AttachStdout", true), "cat");
      try (Hijacked session = start(exec, way, false)) {
        Future<?> sent = send(session, data, times);
        require(session, true, data, times);
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
      try (Hijacked session = start(exec, Way.UPGRADE, false)) {
        assertThat(new String(session.rest(true), StandardCharsets.UTF_8)).isEqualTo("done\n");
      }
      assertThat(inspect(exec).get("ExitCode").asInt()).isEqualTo(3);
      Answer top = client.get("/containers/" + id + "/top").expectOk();
      assertThat(top.text()).contains("sleep 500");
    }

    @Test
    void theEndOfItsContainerEndsIt() throws Exception {
      String id = containers.run("ends", "sleep", "600");
      String exec =
          containers.exec(id, Map.of("AttachStdout", true), "sh", "-c", "echo up; exec sleep 500");
      try (Hijacked session = start(exec, Way.UPGRADE, false)) {
        session.until("up\n", true);
        client.post("/containers/" + id + "/stop?t=0").expectOk();
        assertThat(session.rest(true)).isEmpty();
      }
      assertThat(inspect(exec).get("ExitCode").asInt()).isEqualTo(137);
      client.delete("/containers/" + id).expectOk();
      assertThat(client.get("/exec/" + exec + "/json").status()).isEqualTo(404);
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
      try (Hijacked session = start(exec, Way.UPGRADE, true)) {
        session.write("a");
        session.until("a", false);
        client.post("/exec/" + exec + "/resize?h=12&w=34").expectOk();
        session.write("\n");
        assertThat(session.until("34", false)).contains("12 34");
        session.write("\30");
        session.rest(false);
      }
      assertThat(inspect(exec).get("Running").asBoolean()).isTrue();
      assertThat(containers.actions(id)).contains("exec_detach");
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
      try (Hijacked session = start(exec, Way.PLAIN, false)) {
        assertThat(new String(session.rest(true), StandardCharsets.UTF_8))
            .isEqualTo("yes 65534 /tmp\n");
      }
    }
  }
}
