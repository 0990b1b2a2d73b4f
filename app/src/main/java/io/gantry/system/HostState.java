package io.gantry.system;

import io.gantry.linux.Kernel;
import io.gantry.linux.MemoryInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What the host is and has, as {@code info} tells it. What can't be read is empty or 0.
 *
 * @param memory bytes
 * @param openDescriptors of the engine's process
 */
public record HostState(
    String hostname,
    String operatingSystem,
    String operatingSystemVersion,
    long memory,
    boolean ipv4Forwarding,
    int openDescriptors) {

  /** Total memory and names don't change while the engine runs. */
  private static final class Fixed {
    static final Map<String, String> RELEASE = release();
    static final long MEMORY = MemoryInfo.read().total();
  }

  /** As it is now. */
  public static HostState read() {
    return new HostState(
        Kernel.hostName(),
        Fixed.RELEASE.getOrDefault("PRETTY_NAME", "Linux"),
        Fixed.RELEASE.getOrDefault("VERSION_ID", ""),
        Fixed.MEMORY,
        first(Path.of("/proc/sys/net/ipv4/ip_forward")).equals("1"),
        descriptors());
  }

  private static Map<String, String> release() {
    Map<String, String> release = new HashMap<>();
    for (String line : lines(Path.of("/etc/os-release"))) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        String value = line.substring(equals + 1).strip();
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        release.put(
            line.substring(0, equals), quoted ? value.substring(1, value.length() - 1) : value);
      }
    }
    return release;
  }

  private static int descriptors() {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return (int) files.count();
    } catch (IOException e) {
      return 0;
    }
  }

  private static String first(Path file) {
    List<String> lines = lines(file);
    return lines.isEmpty() ? "" : lines.getFirst().strip();
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
