package io.gantry.container;

import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Row C1: every field of {@code Config}, and those of {@code HostConfig} that are in no other. */
class RowC1OptionsTest {

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
  Stream<DynamicTest> options() throws IOException {
    return new OptionTable(engine, Map.of()).tests("options-c1.json");
  }
}
