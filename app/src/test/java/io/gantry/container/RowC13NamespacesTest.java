package io.gantry.container;

import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Row C13: the namespaces of a container, its own, the host's and another's. */
class RowC13NamespacesTest {

  private static final List<String> KINDS = List.of("net", "pid", "ipc", "uts", "user", "cgroup");

  private static RowEngine engine;
  private static final Map<String, String> known = new HashMap<>();

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
    for (String kind : KINDS) {
      known.put(kind, namespace("self", kind));
    }
    known.put("host", Files.readString(Path.of("/proc/sys/kernel/hostname")).strip());
    String running = engine.name("running");
    String id =
        engine.run(
            running,
            Map.of(
                "Hostname",
                "joined",
                "Cmd",
                List.of("sleep", "7777777"),
                "HostConfig",
                Map.of("IpcMode", "shareable")));
    engine.shell(id, "echo from the other >/dev/shm/note");
    known.put("running", running);
    known.put("running.id", id);
    String pid = engine.inspect(id).at("/State/Pid").asString();
    for (String kind : KINDS) {
      known.put("running." + kind, namespace(pid, kind));
    }
    known.put("private", engine.name("private"));
    engine.run(engine.name("private"), Map.of("HostConfig", Map.of("IpcMode", "private")));
    known.put("created", engine.name("created"));
    engine.create(engine.name("created"), Map.of()).expectOk();
  }

  private static String namespace(String pid, String kind) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc", pid, "ns", kind)).toString();
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @TestFactory
  Stream<DynamicTest> namespaces() throws IOException {
    return new OptionTable(engine, known).tests("namespaces-c13.json");
  }
}
