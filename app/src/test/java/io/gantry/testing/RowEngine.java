package io.gantry.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The engine a row of the guide is tested on: a daemon of the test's own or, with {@code
 * GANTRY_ROWS_SOCKET} set, the dockerd 28 that listens there, to see that the test itself is right.
 * It has {@code busybox:latest}. The test removes its containers itself.
 */
public final class RowEngine implements AutoCloseable {

  private static final String REFERENCE = "GANTRY_ROWS_SOCKET";

  private final Optional<TestDaemon> daemon;
  private final EngineClient client;

  private RowEngine(Optional<TestDaemon> daemon, EngineClient client) {
    this.daemon = daemon;
    this.client = client;
  }

  /**
   * Starts the daemon, if it is to be one.
   *
   * @param options more flags for it
   */
  public static RowEngine start(String... options) throws IOException, InterruptedException {
    String reference = System.getenv(REFERENCE);
    if (reference != null) {
      return new RowEngine(Optional.empty(), new EngineClient(Path.of(reference)));
    }
    TestDaemon daemon = new TestDaemon(options).start().withBusybox();
    return new RowEngine(Optional.of(daemon), daemon.client());
  }

  public EngineClient client() {
    return client;
  }

  /** Skips the test on dockerd: there it cannot be done, or the engine does better. */
  public TestDaemon own(String why) {
    assumeThat(daemon).as(why).isPresent();
    return daemon.orElseThrow();
  }

  @Override
  public void close() throws Exception {
    if (daemon.isPresent()) {
      daemon.get().close();
    }
  }
}
