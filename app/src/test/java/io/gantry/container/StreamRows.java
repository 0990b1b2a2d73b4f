package io.gantry.container;

import io.gantry.testing.Containers;
import io.gantry.testing.Hijacked;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The rows of streams, with one engine for each; tests leave no containers. */
class StreamRows {

  static final int MIB = 1 << 20;

  static RowEngine engine;
  static Containers containers;
  static ExecutorService background;

  @BeforeAll
  static void start() throws Exception {
    background = Executors.newVirtualThreadPerTaskExecutor();
    engine = RowEngine.start();
    containers = engine.containers();
  }

  @AfterAll
  static void end() throws Exception {
    background.shutdownNow();
    engine.close();
  }

  @AfterEach
  void removeContainers() throws IOException {
    engine.removeContainers();
  }

  /** Sends the data, so many times. */
  static Future<?> send(Hijacked to, byte[] data, int times) {
    return background.submit(
        () -> {
          to.write(data, times);
          return null;
        });
  }
}
