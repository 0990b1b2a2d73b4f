package io.gantry.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What went through a network interface: the kernel's counters of {@code /proc/PID/net/dev}.
 *
 * @param rxBytes received
 * @param rxPackets received
 * @param rxErrors receiving
 * @param rxDropped receiving
 * @param txBytes sent
 * @param txPackets sent
 * @param txErrors sending
 * @param txDropped sending
 */
public record InterfaceCounters(
    long rxBytes,
    long rxPackets,
    long rxErrors,
    long rxDropped,
    long txBytes,
    long txPackets,
    long txErrors,
    long txDropped) {

  private static final int COLUMNS = 12;

  /** Of the interfaces a process sees, without the loopback; empty when the process is gone. */
  public static Map<String, InterfaceCounters> of(long pid) {
    List<String> lines;
    try {
      lines = Files.readAllLines(Path.of("/proc", Long.toString(pid), "net", "dev"));
    } catch (IOException e) {
      return Map.of();
    }
    Map<String, InterfaceCounters> counters = new TreeMap<>();
    for (String line : lines) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        continue;
      }
      String name = line.substring(0, colon).strip();
      String[] columns = line.substring(colon + 1).strip().split("\\s+");
      if (name.equals("lo") || columns.length < COLUMNS) {
        continue;
      }
      long[] n = Arrays.stream(columns).mapToLong(Long::parseLong).toArray();
      counters.put(name, new InterfaceCounters(n[0], n[1], n[2], n[3], n[8], n[9], n[10], n[11]));
    }
    return counters;
  }
}
