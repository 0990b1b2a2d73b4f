package io.gantry.oci.cgroup;

import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupFile;
import io.gantry.plugins.runtime.Stats;
import io.gantry.plugins.runtime.Stats.BlkioEntry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the numbers of one container from its cgroup files: about a dozen small reads, no process.
 */
public final class CgroupStats {

  /** USER_HZ, the same on every architecture the engine runs on. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private static final long NANOS_PER_MICRO = 1_000;

  private CgroupStats() {}

  public static Stats read(Cgroup cgroup, int version) {
    return version == 2 ? second(cgroup) : first(cgroup);
  }

  private static Stats first(Cgroup cgroup) {
    return new Stats(
        Instant.now(),
        1,
        cpuFirst(cgroup.directory("cpuacct"), cgroup.directory("cpu")),
        memoryFirst(cgroup.directory("memory")),
        pids(cgroup.directory("pids")),
        blkioFirst(cgroup.directory("blkio")));
  }

  private static Stats.Cpu cpuFirst(Optional<Path> accounting, Optional<Path> cpu) {
    Map<String, Long> ticks = table(accounting, "cpuacct.stat");
    Map<String, Long> throttling = table(cpu, "cpu.stat");
    List<Long> perCpu = new ArrayList<>();
    String each =
        accounting
            .flatMap(directory -> CgroupFile.text(directory.resolve("cpuacct.usage_percpu")))
            .orElse("");
    for (String one : each.split(" ")) {
      if (!one.isEmpty()) {
        perCpu.add(Long.parseLong(one));
      }
    }
    return new Stats.Cpu(
        number(accounting, "cpuacct.usage"),
        get(ticks, "user") * NANOS_PER_TICK,
        get(ticks, "system") * NANOS_PER_TICK,
        perCpu,
        get(throttling, "nr_periods"),
        get(throttling, "nr_throttled"),
        get(throttling, "throttled_time"));
  }

  private static Stats.Memory memoryFirst(Optional<Path> memory) {
    return new Stats.Memory(
        number(memory, "memory.usage_in_bytes"),
        number(memory, "memory.max_usage_in_bytes"),
        number(memory, "memory.limit_in_bytes"),
        number(memory, "memory.failcnt"),
        get(table(memory, "memory.oom_control"), "oom_kill"),
        table(memory, "memory.stat"));
  }

  private static Stats.Pids pids(Optional<Path> pids) {
    return new Stats.Pids(number(pids, "pids.current"), number(pids, "pids.max"));
  }

  private static Stats.Blkio blkioFirst(Optional<Path> blkio) {
    return new Stats.Blkio(
        entries(
            blkio, "blkio.throttle.io_service_bytes_recursive", "blkio.throttle.io_service_bytes"),
        entries(blkio, "blkio.throttle.io_serviced_recursive", "blkio.throttle.io_serviced"));
  }

  private static List<BlkioEntry> entries(Optional<Path> blkio, String file, String older) {
    String text =
        blkio
            .flatMap(
                directory ->
                    CgroupFile.text(directory.resolve(file))
                        .or(() -> CgroupFile.text(directory.resolve(older))))
            .orElse("");
    List<BlkioEntry> entries = new ArrayList<>();
    for (String line : text.split("\n")) {
      // 8:0 Read 4096; the sum over all devices, "Total 4096", is left out.
      String[] fields = line.split(" ");
      String[] device = fields[0].split(":");
      if (fields.length == 3 && device.length == 2) {
        entries.add(
            new BlkioEntry(
                Long.parseLong(device[0]),
                Long.parseLong(device[1]),
                fields[1],
                Long.parseLong(fields[2])));
      }
    }
    return entries;
  }

  private static Stats second(Cgroup cgroup) {
    Map<String, Long> cpu = table(cgroup.directory("cpu"), "cpu.stat");
    Optional<Path> memory = cgroup.directory("memory");
    Map<String, Long> events = table(memory, "memory.events");
    return new Stats(
        Instant.now(),
        2,
        new Stats.Cpu(
            get(cpu, "usage_usec") * NANOS_PER_MICRO,
            get(cpu, "user_usec") * NANOS_PER_MICRO,
            get(cpu, "system_usec") * NANOS_PER_MICRO,
            List.of(),
            get(cpu, "nr_periods"),
            get(cpu, "nr_throttled"),
            get(cpu, "throttled_usec") * NANOS_PER_MICRO),
        new Stats.Memory(
            number(memory, "memory.current"),
            number(memory, "memory.peak"),
            number(memory, "memory.max"),
            get(events, "max"),
            get(events, "oom_kill"),
            table(memory, "memory.stat")),
        pids(cgroup.directory("pids")),
        blkioSecond(cgroup.directory("io")));
  }

  /** Lines: 8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6. */
  private static Stats.Blkio blkioSecond(Optional<Path> io) {
    List<BlkioEntry> bytes = new ArrayList<>();
    List<BlkioEntry> requests = new ArrayList<>();
    String text = io.flatMap(directory -> CgroupFile.text(directory.resolve("io.stat"))).orElse("");
    for (String line : text.split("\n")) {
      String[] fields = line.split(" ");
      String[] device = fields[0].split(":");
      if (device.length != 2) {
        continue;
      }
      long major = Long.parseLong(device[0]);
      long minor = Long.parseLong(device[1]);
      for (int i = 1; i < fields.length; i++) {
        String[] pair = fields[i].split("=");
        if (pair.length != 2) {
          continue;
        }
        switch (pair[0]) {
          case "rbytes" -> bytes.add(entry(major, minor, "Read", pair[1]));
          case "wbytes" -> bytes.add(entry(major, minor, "Write", pair[1]));
          case "dbytes" -> bytes.add(entry(major, minor, "Discard", pair[1]));
          case "rios" -> requests.add(entry(major, minor, "Read", pair[1]));
          case "wios" -> requests.add(entry(major, minor, "Write", pair[1]));
          case "dios" -> requests.add(entry(major, minor, "Discard", pair[1]));
          default -> {
            // Latency and cost figures of io controllers, which Docker has no place for.
          }
        }
      }
    }
    return new Stats.Blkio(bytes, requests);
  }

  private static BlkioEntry entry(long major, long minor, String operation, String value) {
    return new BlkioEntry(major, minor, operation, Long.parseLong(value));
  }

  private static long number(Optional<Path> directory, String file) {
    return directory.isPresent() ? CgroupFile.number(directory.get().resolve(file)).orElse(0) : 0;
  }

  private static Map<String, Long> table(Optional<Path> directory, String file) {
    return directory.map(d -> CgroupFile.table(d.resolve(file))).orElse(Map.of());
  }

  private static long get(Map<String, Long> table, String name) {
    return table.getOrDefault(name, 0L);
  }
}
