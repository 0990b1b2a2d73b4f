package io.gantry.container;

import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Row C15: what a container's processes may do, and what of the kernel they see. */
class RowC15SecurityTest {

  private static RowEngine engine;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @TestFactory
  Stream<DynamicTest> security() throws IOException {
    Map<String, String> known = Disk.find().known();
    known.put("dir", engine.shared().toString());
    known.put("all", capabilities());
    return new OptionTable(engine, known).tests("security-c15.json");
  }

  /** Those the engine itself has: a container can have no more. */
  private static String capabilities() throws IOException {
    return Files.readString(Path.of("/proc/self/status"))
        .lines()
        .filter(line -> line.startsWith("CapBnd:"))
        .map(line -> line.substring("CapBnd:".length()).strip())
        .findFirst()
        .orElseThrow();
  }
}
