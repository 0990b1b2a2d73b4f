package io.gantry.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.plugins.log.LogDriverFactory;
import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Containers whose log driver, a plugin's, blocks or is not there any more: they end as others. */
@Timeout(900)
class LogDriverLifeTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final String FACTORY =
      """
      // SlowFactory.java
      package slow;
      import io.gantry.plugins.*;
      import io.gantry.plugins.log.*;
      import java.util.*;
      public class SlowFactory implements LogDriverFactory {
        public String name() { return "slow"; }
        public Probe probe(Host host) { return Probe.yes(); }
        public LogDriver open(DriverContext context, Map<String, String> options) {
          return new SlowDriver();
        }
      }
      """;

  /** Takes nothing while there is a file {@code block} in the directory of the log. */
  private static final String DRIVER =
      """
      // SlowDriver.java
      package slow;
      import io.gantry.plugins.log.*;
      import java.io.*;
      import java.nio.file.*;
      import java.util.*;
      public class SlowDriver implements LogDriver {
        public void validate(Map<String, String> options) {}
        public LogSink open(LogContext context, Optional<String> mark) {
          Path directory = context.directory();
          return new LogSink() {
            public int write(List<LogRecord> records) {
              try {
                while (Files.exists(directory.resolve("block"))) {
                  Thread.sleep(20);
                }
                StringBuilder text = new StringBuilder();
                for (LogRecord r : records) {
                  text.append(new String(r.bytes())).append('\\n');
                }
                Files.writeString(directory.resolve("slow.txt"), text,
                    StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                return records.size();
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            }
            public String flush() { return ""; }
            public void close() {}
          };
        }
        public LogCursor read(LogContext context, LogQuery query) {
          throw new UnsupportedOperationException();
        }
        public void close() {}
      }
      """;

  @TempDir Path directory;
  private final TestDaemon daemon;
  private final EngineClient client;
  private final Containers containers;

  LogDriverLifeTest() throws IOException {
    daemon = new TestDaemon("--bridge", "none");
    client = daemon.client();
    containers = new Containers(client);
  }

  @BeforeEach
  void prepare() throws Exception {
    daemon.start().withBusybox();
    daemon.stop();
    install();
    daemon.start();
  }

  private Path plugins() {
    return daemon.dataRoot().resolve("plugins");
  }

  private void install() throws IOException {
    new PluginBuilder(directory, plugins())
        .build(
            "slow",
            LogDriverFactory.class,
            "slow.SlowFactory",
            List.of(FACTORY, DRIVER),
            List.of());
  }

  private String create(String name, String script) throws IOException {
    Map<String, ?> host = Map.of("LogConfig", Map.of("Type", "slow"));
    return containers.create(name, Map.of("OpenStdin", true), host, "sh", "-c", script);
  }

  private void start(String id) throws IOException {
    client.post("/containers/" + id + "/start").expectOk();
  }

  private Path log(String id) throws IOException {
    return Files.createDirectories(
        daemon.dataRoot().resolve("containers").resolve(id).resolve("log"));
  }

  private void awaitLog(String id, String text) throws Exception {
    Path file = log(id).resolve("slow.txt");
    long end = System.nanoTime() + LIMIT.toNanos();
    while (!Files.exists(file) || !Files.readString(file).equals(text)) {
      assertThat(System.nanoTime())
          .as(Files.exists(file) ? Files.readString(file) : "nothing yet")
          .isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  @Test
  void anEndIsToldThoughTheDriverBlocksAndItsLogIsCompletedLater() throws Exception {
    try (daemon) {
      String id = create("slow", "echo out; exit 3");
      Path block = Files.createFile(log(id).resolve("block"));
      start(id);
      JsonNode ended = containers.awaitStatus(id, "exited");
      assertThat(ended.at("/State/ExitCode").asInt()).isEqualTo(3);
      assertThat(client.post("/containers/" + id + "/wait").expectOk().json().get("StatusCode"))
          .hasToString("3");
      assertThat(containers.actions(id)).contains("die");
      // the next run does not wait for ever for the log of the last
      start(id);
      containers.awaitStatus(id, "exited");
      Files.delete(block);
      awaitLog(id, "out\nout\n");

      String removed = create("removed", "echo out; sleep 600");
      Files.createFile(log(removed).resolve("block"));
      start(removed);
      client.delete("/containers/" + removed + "?force=1").expectOk();
      assertThat(client.get("/containers/" + removed + "/json").status()).isEqualTo(404);

      String next = create("next", "echo out; exit 3");
      Path blocked = Files.createFile(log(next).resolve("block"));
      start(next);
      containers.awaitStatus(next, "exited");
      daemon.kill();
      Files.delete(blocked);
      daemon.start();
      awaitLog(next, "out\n");
    }
  }

  @Test
  void containersOfADriverThatIsGoneEndAndGoAsOthers() throws Exception {
    try (daemon) {
      String ends = create("ends", "echo a; read x");
      String runs = create("runs", "echo a; sleep 600");
      start(ends);
      start(runs);
      awaitLog(ends, "a\n");
      int pid = containers.pid(ends);
      daemon.kill();
      Files.delete(plugins().resolve("slow/slow.jar"));
      Files.delete(plugins().resolve("slow"));
      ProcessHandle process = ProcessHandle.of(pid).orElseThrow();
      process.destroyForcibly();
      process.onExit().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
      daemon.start();
      JsonNode ended = containers.awaitStatus(ends, "exited");
      assertThat(ended.at("/State/ExitCode").asInt()).isEqualTo(137);
      assertThat(client.post("/containers/" + ends + "/start").status()).isEqualTo(400);
      client.delete("/containers/" + ends).expectOk();
      assertThat(containers.status(runs)).isEqualTo("running");
      client.post("/containers/" + runs + "/stop?t=0").expectOk();
      containers.awaitStatus(runs, "exited");
      client.delete("/containers/" + runs).expectOk();
      assertThat(daemon.containerCgroups()).isEmpty();
    }
  }
}
