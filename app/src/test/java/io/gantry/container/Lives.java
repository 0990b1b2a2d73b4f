package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What the rows of a container's life need: programs that end or do not, requests that take long.
 */
record Lives(RowEngine engine, Containers containers, ExecutorService background)
    implements AutoCloseable {

  /** Ends at once when it is told to, with exit code 9. */
  static final String[] OBEDIENT = {
    "sh", "-c", "trap 'exit 9' TERM; echo ready; while :; do usleep 20000; done"
  };

  /** Does not end before SIGKILL. */
  static final String[] STUBBORN = {
    "sh", "-c", "trap '' TERM; echo ready; while :; do usleep 20000; done"
  };

  static final Map<String, ?> ALWAYS = Map.of("RestartPolicy", Map.of("Name", "always"));
  static final Map<String, ?> AUTO_REMOVE = Map.of("AutoRemove", true);

  static Lives start() throws Exception {
    RowEngine engine = RowEngine.start();
    return new Lives(engine, engine.containers(), Executors.newVirtualThreadPerTaskExecutor());
  }

  EngineClient client() {
    return engine.client();
  }

  /** Asks for something of a container. */
  Answer post(String path) throws IOException {
    return client().post("/containers/" + path);
  }

  Future<Answer> later(Callable<Answer> request) {
    return background.submit(request);
  }

  /** Waits until the container has said that it is ready; returns its id. */
  String ready(String id) throws Exception {
    containers.await(id, "ready", now -> log(id).contains("ready"));
    return id;
  }

  String log(String id) {
    try {
      return containers.log(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> actions(String id) {
    try {
      return containers.actions(id);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static void requireWaiting(Future<?> request) throws Exception {
    try {
      Object answer = request.get(300, TimeUnit.MILLISECONDS);
      throw new AssertionError("answered too early: " + answer);
    } catch (TimeoutException e) {
      assertThat(request.isDone()).isFalse();
    }
  }

  @Override
  public void close() throws Exception {
    background.shutdownNow();
    engine.close();
  }
}
