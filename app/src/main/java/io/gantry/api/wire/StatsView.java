package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.container.record.Container;
import io.gantry.plugins.runtime.Stats;
import io.gantry.system.HostCpu;
import io.gantry.system.InterfaceCounters;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import tools.jackson.databind.annotation.JsonNaming;

/** What a container used (API v1.51, {@code GET /containers/{id}/stats}). */
@JsonNaming(SnakeCaseStrategy.class)
public record StatsView(
    String name,
    String id,
    String read,
    @JsonProperty("preread") String preRead,
    Pids pidsStats,
    Blkio blkioStats,
    int numProcs,
    Map<String, Long> storageStats,
    Cpu cpuStats,
    @JsonProperty("precpu_stats") Cpu preCpuStats,
    Memory memoryStats,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Network> networks) {

  /** Processes and threads. */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record Pids(long current, long limit) {}

  /** Block devices. */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Blkio(
      @Nullable List<Entry> ioServiceBytesRecursive,
      @Nullable List<Entry> ioServicedRecursive,
      @Nullable List<Entry> ioQueueRecursive,
      @Nullable List<Entry> ioServiceTimeRecursive,
      @Nullable List<Entry> ioWaitTimeRecursive,
      @Nullable List<Entry> ioMergedRecursive,
      @Nullable List<Entry> ioTimeRecursive,
      @Nullable List<Entry> sectorsRecursive) {

    static final Blkio NONE = new Blkio(null, null, null, null, null, null, null, null);

    /** One number of one device. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Entry(long major, long minor, String op, long value) {}

    static Blkio of(Stats stats) {
      boolean first = stats.cgroupVersion() == 1;
      List<Entry> others = first ? List.of() : null;
      return new Blkio(
          entries(stats.blkio().serviceBytes(), first),
          entries(stats.blkio().serviced(), first),
          others,
          others,
          others,
          others,
          others,
          others);
    }

    private static List<Entry> entries(List<Stats.BlkioEntry> entries, boolean first) {
      return entries.stream()
          .map(
              entry ->
                  new Entry(
                      entry.major(),
                      entry.minor(),
                      first ? entry.operation() : entry.operation().toLowerCase(Locale.ROOT),
                      entry.value()))
          .toList();
    }
  }

  /** Processor time. */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Cpu(
      Usage cpuUsage,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) long systemCpuUsage,
      @JsonInclude(JsonInclude.Include.NON_DEFAULT) int onlineCpus,
      Throttling throttlingData) {

    static final Cpu NONE = new Cpu(new Usage(0, List.of(), 0, 0), 0, 0, new Throttling(0, 0, 0));

    /** Nanoseconds. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Usage(
        long totalUsage,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<Long> percpuUsage,
        long usageInKernelmode,
        long usageInUsermode) {}

    /** How often a limit was hit. */
    @JsonNaming(SnakeCaseStrategy.class)
    public record Throttling(long periods, long throttledPeriods, long throttledTime) {}

    static Cpu of(Sample sample) {
      Stats.Cpu cpu = sample.stats().cpu();
      return new Cpu(
          new Usage(cpu.totalNanos(), cpu.perCpu(), cpu.systemNanos(), cpu.userNanos()),
          sample.host().nanos(),
          sample.host().online(),
          new Throttling(cpu.periods(), cpu.throttledPeriods(), cpu.throttledNanos()));
    }
  }

  /** Bytes of memory. */
  @JsonNaming(SnakeCaseStrategy.class)
  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  public record Memory(
      long usage, long maxUsage, Map<String, Long> stats, long failcnt, long limit) {

    static Memory of(Stats.Memory memory, long hostMemory) {
      return new Memory(
          memory.usage(),
          memory.maxUsage(),
          memory.detail(),
          memory.failures(),
          Math.min(memory.limit(), hostMemory));
    }
  }

  /** One interface. */
  @JsonNaming(SnakeCaseStrategy.class)
  public record Network(
      long rxBytes,
      long rxPackets,
      long rxErrors,
      long rxDropped,
      long txBytes,
      long txPackets,
      long txErrors,
      long txDropped) {

    static Network of(InterfaceCounters c) {
      return new Network(
          c.rxBytes(),
          c.rxPackets(),
          c.rxErrors(),
          c.rxDropped(),
          c.txBytes(),
          c.txPackets(),
          c.txErrors(),
          c.txDropped());
    }
  }

  /**
   * What was read at one moment.
   *
   * @param hostMemory the most any container can have
   */
  public record Sample(
      Stats stats, HostCpu host, long hostMemory, Map<String, InterfaceCounters> interfaces) {}

  /** Of a container that does not run. */
  public static StatsView nothing(Container container) {
    return new StatsView(
        "/" + container.name(),
        container.id(),
        GoTime.ZERO,
        GoTime.ZERO,
        new Pids(0, 0),
        Blkio.NONE,
        0,
        Map.of(),
        Cpu.NONE,
        Cpu.NONE,
        new Memory(0, 0, Map.of(), 0, 0),
        Map.of());
  }

  /**
   * @param before the sample before it, if there was one
   */
  public static StatsView of(Container container, Sample sample, @Nullable Sample before) {
    Map<String, Network> networks = new LinkedHashMap<>();
    sample.interfaces().forEach((name, counters) -> networks.put(name, Network.of(counters)));
    Stats stats = sample.stats();
    Instant previous = before == null ? null : before.stats().read();
    long limit = stats.pids().limit();
    return new StatsView(
        "/" + container.name(),
        container.id(),
        GoTime.text(stats.read()),
        GoTime.text(previous),
        new Pids(stats.pids().current(), limit == Long.MAX_VALUE ? 0 : limit),
        Blkio.of(stats),
        0,
        Map.of(),
        Cpu.of(sample),
        before == null ? Cpu.NONE : Cpu.of(before),
        Memory.of(stats.memory(), sample.hostMemory()),
        networks);
  }
}
