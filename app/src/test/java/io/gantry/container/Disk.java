package io.gantry.container;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/** A block device of this host. */
record Disk(String path, String numbers) {

  /** One that is no memory and no loop: the kernel limits those only. */
  static Disk find() throws IOException {
    try (Stream<Path> devices = Files.list(Path.of("/sys/block"))) {
      String name =
          devices
              .map(device -> device.getFileName().toString())
              .filter(device -> device.matches("(vd|sd|xvd|nvme|ubd).*"))
              .sorted()
              .findFirst()
              .orElseThrow();
      return new Disk("/dev/" + name, Files.readString(Path.of("/sys/block", name, "dev")).strip());
    }
  }

  /** As placeholders of an {@link OptionTable}. */
  Map<String, String> known() {
    return new HashMap<>(Map.of("disk", path, "numbers", numbers));
  }
}
