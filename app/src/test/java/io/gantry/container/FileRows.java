package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.mount.MountInfo;
import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/**
 * The rows of a container's files, with one engine for each class; tests leave no containers, and
 * no file system of one mounted.
 */
class FileRows {

  static RowEngine engine;
  static EngineClient client;
  static Containers containers;
  static Copies copies;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
    client = engine.client();
    containers = engine.containers();
    copies = new Copies(client);
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @AfterEach
  void removeContainers() throws IOException {
    engine.removeContainers();
    if (!engine.isReference()) {
      Path roots = engine.daemon().execRoot().resolve("rootfs/");
      assertThat(MountInfo.list())
          .as("what is left mounted")
          .noneMatch(mount -> Path.of(mount.mountPoint()).startsWith(roots));
    }
  }
}
