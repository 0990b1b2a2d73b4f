package io.gantry.container;

import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Row C16: mounts of all kinds, and the files the engine writes for a container. */
class RowC16MountsTest {

  private static final Map<String, String> known = new HashMap<>();

  private static RowEngine engine;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
    Files.writeString(engine.shared().resolve("note"), "from the host\n");
    Files.createDirectory(engine.shared().resolve("sub"));
    known.put("dir", engine.shared().toString());
    known.put("volume", engine.name("volume"));
    known.put("shared", engine.name("shared"));
    known.put("running", engine.name("running"));
    String id =
        engine.run(
            engine.name("running"),
            Map.of("HostConfig", Map.of("Binds", List.of(engine.name("shared") + ":/shared"))));
    engine.shell(
        id,
        "echo from the other >/shared/note; mkdir /shared/part; echo of a part"
            + " >/shared/part/inner");
  }

  @AfterAll
  static void end() throws Exception {
    engine.removeVolumes();
    engine.close();
  }

  @TestFactory
  Stream<DynamicTest> mounts() throws IOException {
    return new OptionTable(engine, known).tests("mounts-c16.json");
  }
}
