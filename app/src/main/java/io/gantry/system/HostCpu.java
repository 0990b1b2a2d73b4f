package io.gantry.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Processor time of the whole host, from {@code /proc/stat}.
 *
 * @param nanos all time that has passed on all processors, in nanoseconds; 0 when unknown
 * @param online processors
 */
public record HostCpu(long nanos, int online) {

  /** Ticks of {@code /proc} are hundredths of a second on every architecture the engine runs on. */
  private static final long TICK_NANOS = 10_000_000L;

  /** user, nice, system, idle, iowait, irq, softirq, steal: guests are in user already. */
  private static final int COLUMNS = 8;

  /** As it is now. */
  public static HostCpu read() {
    long ticks = 0;
    int online = 0;
    try (BufferedReader stat = Files.newBufferedReader(Path.of("/proc/stat"))) {
      for (String line = stat.readLine();
          line != null && line.startsWith("cpu");
          line = stat.readLine()) {
        String[] columns = line.split("\\s+");
        if (!columns[0].equals("cpu")) {
          online++;
          continue;
        }
        for (int i = 1; i <= COLUMNS && i < columns.length; i++) {
          ticks += Long.parseLong(columns[i]);
        }
      }
    } catch (IOException e) {
      return new HostCpu(0, Runtime.getRuntime().availableProcessors());
    }
    return new HostCpu(ticks * TICK_NANOS, online);
  }
}
