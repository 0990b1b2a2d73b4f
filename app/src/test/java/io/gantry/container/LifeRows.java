package io.gantry.container;

import io.gantry.testing.Containers;
import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/** The rows of a container's life, with one engine for each row; tests leave no containers. */
class LifeRows {

  static Lives lives;
  static Containers containers;

  @BeforeAll
  static void start() throws Exception {
    lives = Lives.start();
    containers = lives.containers();
  }

  @AfterAll
  static void end() throws Exception {
    lives.close();
  }

  @AfterEach
  void removeContainers() throws IOException {
    lives.engine().removeContainers();
  }
}
