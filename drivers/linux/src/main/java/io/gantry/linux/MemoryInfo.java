package io.gantry.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The memory of this host, from {@code /proc/meminfo}; in bytes. What the kernel does not say is 0.
 *
 * @param total all there is
 * @param available what programs can have without anything being swapped out
 * @param hugePageSize of the huge pages that are meant where no size is given
 */
public record MemoryInfo(long total, long available, long hugePageSize) {

  private static final Path FILE = Path.of("/proc/meminfo");

  /** As it is now. */
  public static MemoryInfo read() {
    try {
      return parse(Files.readAllLines(FILE));
    } catch (IOException e) {
      return new MemoryInfo(0, 0, 0);
    }
  }

  static MemoryInfo parse(List<String> lines) {
    Map<String, Long> values = new HashMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.endsWith(" kB")) {
        String number = line.substring(colon + 1, line.length() - 3).strip();
        values.put(line.substring(0, colon), Long.parseLong(number) << 10);
      }
    }
    return new MemoryInfo(
        values.getOrDefault("MemTotal", 0L),
        values.getOrDefault("MemAvailable", 0L),
        values.getOrDefault("Hugepagesize", 0L));
  }
}
