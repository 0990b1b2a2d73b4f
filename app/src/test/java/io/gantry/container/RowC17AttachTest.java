package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.testing.Hijacked;
import io.gantry.testing.Hijacked.Way;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Row C17: a container's streams, by each way that a connection leaves HTTP. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC17AttachTest extends StreamRows {

  private static final Map<String, ?> NO_LOG = Map.of("LogConfig", Map.of("Type", "none"));
  private static final Map<String, ?> INPUT = Map.of("OpenStdin", true, "StdinOnce", true);
  private static final Map<String, ?> TERMINAL = Map.of("OpenStdin", true, "Tty", true);

  private static Hijacked attach(String id, Way way, String query) throws IOException {
    String path = way == Way.WEBSOCKET ? "/attach/ws?" : "/attach?";
    return Hijacked.open(engine.socket(), way, "/containers/" + id + path + query, "");
  }

  private static void start(String id) throws IOException {
    engine.client().post("/containers/" + id + "/start").expectOk();
  }

  private static String log(String id) {
    try {
      return containers.log(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void carriesStdinToStdoutUnchanged(Way way) throws Exception {
    int times = way == Way.UPGRADE ? 64 : 16;
    byte[] data = Hijacked.random();
    boolean framed = way != Way.WEBSOCKET;
    String id =
        containers.create("cat", INPUT, NO_LOG, "head", "-c", Integer.toString(times * MIB));
    try (Hijacked attached = attach(id, way, "stream=1&stdin=1&stdout=1")) {
      start(id);
      Future<?> sent = send(attached, data, times);
      attached.require(framed, data, times);
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
            "logged", Map.of("OpenStdin", true), Map.of(), "sh", "-c", "echo old; read x; echo $x");
    containers.await(id, "logging", now -> !log(id).isEmpty());
    try (Hijacked attached = attach(id, Way.UPGRADE, "logs=1&stream=1&stdin=1&stdout=1")) {
      attached.write("new\n");
      assertThat(new String(attached.rest(true), StandardCharsets.UTF_8)).isEqualTo("old\nnew\n");
    }
    try (Hijacked ended = attach(id, Way.UPGRADE, "logs=1&stdout=1")) {
      assertThat(new String(ended.rest(true), StandardCharsets.UTF_8)).isEqualTo("old\nnew\n");
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
      engine.client().post("/containers/" + id + "/resize?h=33&w=77").expectOk();
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

  /** Also when the daemon dies before it can be told that the container runs. */
  @Test
  void withoutInteractiveStdinNobodyHasToEndIt() throws Exception {
    TestDaemon daemon = engine.own("the reference is not killed");
    String id =
        containers.create(
            "cut",
            Map.of(),
            Map.of("Binds", List.of(engine.shared() + ":/out")),
            "sh",
            "-c",
            "cat; echo end >/out/end; sleep 600");
    daemon.stop();
    daemon.start("-Dgantry.failpoint=container.start.started");
    assertThatThrownBy(() -> start(id)).isInstanceOf(IOException.class);
    assertThat(daemon.awaitEnd(Duration.ofSeconds(60))).isTrue();
    Path end = engine.shared().resolve("end");
    await(() -> Files.exists(end));
    daemon.start();
    assertThat(containers.status(id)).isEqualTo("running");
  }

  private static void await(Callable<Boolean> wanted) throws Exception {
    while (!wanted.call()) {
      // the time limit of the test ends this
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void whoHangsUpLeavesNothingOpenThoughTheContainerIsSilent(Way way) throws Exception {
    TestDaemon daemon = engine.own("what our daemon has open");
    String id = containers.run("silent", Map.of("OpenStdin", true), Map.of(), "sleep", "600");
    String query = "stream=1&stdin=1&stdout=1&stderr=1";
    attach(id, way, query).close();
    int before = daemon.openFiles();
    List<Hijacked> clients = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      clients.add(attach(id, way, query));
      if (i % 2 == 0 && way != Way.WEBSOCKET) {
        clients.getLast().endInput();
      }
    }
    assertThat(daemon.openFiles()).isGreaterThan(before + clients.size() / 2);
    for (Hijacked client : clients) {
      client.close();
    }
    await(() -> daemon.openFiles() <= before);
    String threads = daemon.threads();
    assertThat(threads.lines().filter(line -> line.contains("StreamSession"))).isEmpty();
  }

  @Test
  void clientsBeforeApi142GetAllStreamsOfAWebsocket() throws Exception {
    String id =
        containers.create("all", INPUT, Map.of(), "sh", "-c", "read x; echo got $x; echo e >&2");
    try (Hijacked attached =
        Hijacked.open(
            engine.socket(),
            Way.WEBSOCKET,
            "/v1.41/containers/" + id + "/attach/ws?stream=1&stdin=0&stdout=0",
            "")) {
      start(id);
      attached.write("this\n");
      assertThat(new String(attached.rest(false), StandardCharsets.UTF_8))
          .contains("got this\n", "e\n");
    }
    String other = containers.create("none", INPUT, Map.of(), "echo", "unwanted");
    try (Hijacked attached = attach(other, Way.WEBSOCKET, "stream=1&stderr=1")) {
      start(other);
      assertThat(attached.rest(false)).isEmpty();
    }
  }
}
