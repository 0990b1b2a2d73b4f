package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.driver.PluginBuilder;
import io.gantry.plugins.volume.VolumeDriverFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Volumes of a daemon that died. */
class CutOffVolumesTest {

  private static final String FACTORY =
      """
      // CountingFactory.java
      package counting;
      import io.gantry.plugins.*;
      import io.gantry.plugins.volume.*;
      import java.util.*;
      public final class CountingFactory implements VolumeDriverFactory {
        public String name() { return "counting"; }
        public Probe probe(Host host) { return Probe.yes(); }
        public VolumeDriver open(DriverContext context, Map<String, String> options) {
          return new Counting(context.dataDirectory());
        }
      }
      """;

  private static final String DRIVER =
      """
      // Counting.java
      package counting;
      import io.gantry.plugins.volume.*;
      import java.io.*;
      import java.nio.file.*;
      import java.util.*;
      final class Counting implements VolumeDriver {
        private final Path root;
        Counting(Path root) { this.root = root; }
        private Path note(String call) {
          try {
            Files.writeString(Path.of("CALLS"), call + "\\n", StandardOpenOption.APPEND);
            return root;
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
        public void create(String name, Map<String, String> options) {}
        public List<VolumeInfo> list() { return List.of(); }
        public Optional<VolumeInfo> find(String name) { return Optional.empty(); }
        public Path mount(String name, String user) { return note("mount " + user); }
        public void unmount(String name, String user) { note("unmount " + user); }
        public void remove(String name) {}
        public Optional<VolumeCapacity> capacity(String name) { return Optional.empty(); }
        public void close() {}
      }
      """;

  @TempDir Path scratch;

  @Test
  void aVolumeThatWasNotRecordedLeavesNoDirectory() throws Exception {
    try (DyingDaemon dying = new DyingDaemon()) {
      dying.start("volume.made");
      Path directory = dying.daemon.dataRoot().resolve("volumes/half");
      dying.die(() -> dying.client.post("/volumes/create", Map.of("Name", "half")));
      assertThat(directory).exists();
      dying.start();
      assertThat(dying.client.get("/volumes/half").status()).isEqualTo(404);
      assertThat(directory).doesNotExist();
    }
  }

  @Test
  void aVolumeOfAPluginIsUnmountedThoughItsUserEndedWithoutADaemon() throws Exception {
    Path calls = Files.createFile(scratch.resolve("calls"));
    try (DyingDaemon dying = new DyingDaemon()) {
      // it takes no directory for its own in which there is anything yet
      dying.start();
      dying.daemon.withBusybox();
      dying.daemon.stop();
      new PluginBuilder(scratch.resolve("work"), dying.daemon.dataRoot().resolve("plugins"))
          .build(
              "counting",
              VolumeDriverFactory.class,
              "counting.CountingFactory",
              List.of(FACTORY, DRIVER.replace("CALLS", calls.toString())),
              List.of());
      dying.start();
      dying
          .client
          .post("/volumes/create", Map.of("Name", "counted", "Driver", "counting"))
          .expectOk();
      String ends = user(dying, "ends");
      String stays = user(dying, "stays");
      int pid = dying.containers.pid(ends);
      dying.daemon.kill();
      ProcessHandle.of(pid).orElseThrow().destroyForcibly();
      dying.start();
      dying.containers.awaitStatus(ends, "exited");
      assertThat(Files.readAllLines(calls))
          .containsExactly("mount " + ends, "mount " + stays, "mount " + stays, "unmount " + ends);
      dying.client.delete("/containers/" + stays + "?force=1").expectOk();
      assertThat(Files.readAllLines(calls)).endsWith("unmount " + stays).hasSize(5);
    }
  }

  private static String user(DyingDaemon dying, String name) throws IOException {
    Map<String, ?> binds = Map.of("Binds", List.of("counted:/counted"));
    return dying.containers.run(name, Map.of(), binds, "sleep", "600");
  }
}
