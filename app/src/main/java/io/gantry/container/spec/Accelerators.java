package io.gantry.container.spec;

import io.gantry.error.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * openEuler's {@code update --accel}: accelerators by the name the kernel gives them (the {@code
 * accel} class, Linux 6.2). A container gets devices when it is created, so none can be given to
 * one that exists; each is refused by name with what can be done.
 */
public final class Accelerators {

  private static final Path CLASS = Path.of("/sys/class/accel");

  private Accelerators() {}

  /**
   * @throws EngineException INVALID for the first name
   */
  public static void refuse(List<String> names) {
    refuse(names, CLASS);
  }

  static void refuse(List<String> names, Path devices) {
    for (String name : names) {
      boolean plain = name.matches("[a-zA-Z0-9_.-]+") && !name.startsWith(".");
      if (plain && Files.exists(devices.resolve(name))) {
        throw EngineException.invalid(
            "accelerator \"%s\" cannot be given to a container that exists: create one with the device /dev/accel/%s"
                .formatted(name, name));
      }
      throw EngineException.invalid(
          "accelerator \"%s\" not found: %s"
              .formatted(
                  name,
                  Files.isDirectory(devices)
                      ? "the kernel has none of this name"
                      : "this host has no accelerators"));
    }
  }
}
