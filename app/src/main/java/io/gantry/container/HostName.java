package io.gantry.container;

import io.gantry.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The host's own name, for containers in its network. */
final class HostName {

  private HostName() {}

  static String ofThisHost() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
    } catch (IOException e) {
      throw EngineException.system("read the host's name: " + e.getMessage(), e);
    }
  }
}
