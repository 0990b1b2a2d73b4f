package io.gantry.plugins.runtime;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What the kernel counted for one container, as its cgroup files say it. A controller that is
 * absent gives zeros and empty lists.
 *
 * @param read when
 * @param cgroupVersion 1 or 2
 */
public record Stats(
    Instant read, int cgroupVersion, Cpu cpu, Memory memory, Pids pids, Blkio blkio) {

  /**
   * Processor time in nanoseconds.
   *
   * @param perCpu by processor; empty on version 2
   * @param periods enforcement periods that have passed
   * @param throttledPeriods periods in which the limit was hit
   * @param throttledNanos time spent throttled
   */
  public record Cpu(
      long totalNanos,
      long userNanos,
      long systemNanos,
      List<Long> perCpu,
      long periods,
      long throttledPeriods,
      long throttledNanos) {

    public Cpu {
      perCpu = List.copyOf(perCpu);
    }
  }

  /**
   * Memory in bytes.
   *
   * @param maxUsage the highest so far; 0 when the kernel does not say
   * @param limit {@link Long#MAX_VALUE} when there is none
   * @param failures how often the limit was hit
   * @param oomKills how many processes the OOM killer has killed
   * @param detail {@code memory.stat}, in the kernel's names
   */
  public record Memory(
      long usage,
      long maxUsage,
      long limit,
      long failures,
      long oomKills,
      Map<String, Long> detail) {

    public Memory {
      detail = Map.copyOf(detail);
    }
  }

  /** Number of processes and threads; a limit of {@link Long#MAX_VALUE} means none. */
  public record Pids(long current, long limit) {}

  /**
   * Block device traffic. On version 1 from {@code blkio.throttle.io_service*} or the bfq files, on
   * version 2 from {@code io.stat}.
   *
   * @param serviceBytes bytes by device and operation ({@code Read, Write, Sync, Async, Discard,
   *     Total})
   * @param serviced the same in requests
   */
  public record Blkio(List<BlkioEntry> serviceBytes, List<BlkioEntry> serviced) {

    public Blkio {
      serviceBytes = List.copyOf(serviceBytes);
      serviced = List.copyOf(serviced);
    }
  }

  /** One number of one device. */
  public record BlkioEntry(long major, long minor, String operation, long value) {}
}
