package io.gantry.container;

import io.gantry.container.record.Step;
import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What to take back when a step of a longer operation fails: actions run in reverse order when this
 * is closed, unless {@link #keep} was called. A failing action does not stop the others; it is kept
 * beside the first failure.
 */
final class Undo implements AutoCloseable {

  /** One step back. */
  @FunctionalInterface
  interface Action {
    void run() throws Exception;
  }

  private record Step(String what, Action action) {}

  private static final Logger log = LoggerFactory.getLogger(Undo.class);
  private final Deque<Step> steps = new ArrayDeque<>();

  /** Remembers how to take back what was just done. */
  void add(String what, Action action) {
    steps.push(new Step(what, action));
  }

  /** The operation succeeded: nothing is taken back. */
  void keep() {
    steps.clear();
  }

  @Override
  public void close() {
    for (Step step : steps) {
      try {
        step.action().run();
      } catch (Exception e) {
        log.warn("Taking back failed: {}", step.what(), e);
      }
    }
    steps.clear();
  }
}
