package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.time.Duration;

/** A daemon that dies where the test says, and the next one on the same root. */
final class DyingDaemon implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(20);

  final TestDaemon daemon;
  final EngineClient client;
  final Containers containers;

  DyingDaemon(String... options) throws IOException {
    daemon = new TestDaemon(options.length == 0 ? new String[] {"--bridge", "none"} : options);
    client = daemon.client();
    containers = new Containers(client);
  }

  /** Starts one that dies at a fail point. */
  void start(String failPoint) throws Exception {
    daemon.start("-Dgantry.failpoint=" + failPoint);
  }

  /** Starts one that stays. */
  void start() throws Exception {
    daemon.start();
  }

  /** What is done here is not answered: the daemon dies of it. */
  @FunctionalInterface
  interface LastRequest {
    void send() throws IOException;
  }

  void die(LastRequest request) throws Exception {
    try {
      request.send();
    } catch (IOException e) {
      // it came to its fail point
    }
    awaitDeath();
  }

  void awaitDeath() throws Exception {
    assertThat(daemon.awaitEnd(LIMIT)).as("the daemon dies at its fail point").isTrue();
  }

  @Override
  public void close() throws Exception {
    daemon.close();
  }
}
