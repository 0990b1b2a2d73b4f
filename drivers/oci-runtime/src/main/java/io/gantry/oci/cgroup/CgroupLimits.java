package io.gantry.oci.cgroup;

import io.gantry.linux.cgroup.Cgroup;
import io.gantry.linux.cgroup.CgroupFile;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.runtime.LinuxResources;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Changes the limits of a living container, by its cgroup files. The files are written one after
 * the other; when the kernel refuses one, those already written get their old values back.
 * Translation to version 2 is that of the OCI runtime specification and runc.
 */
public final class CgroupLimits {

  private static final Logger LOG = System.getLogger(CgroupLimits.class.getName());
  private static final long NONE = -1;

  /** One file to write. */
  private record Change(Path file, String value) {}

  private final Cgroup cgroup;
  private final List<Change> changes = new ArrayList<>();

  private CgroupLimits(Cgroup cgroup) {
    this.cgroup = cgroup;
  }

  public static void update(String id, Cgroup cgroup, int version, LinuxResources change) {
    CgroupLimits limits = new CgroupLimits(cgroup);
    if (version == 2) {
      limits.second(change);
    } else {
      limits.first(change);
    }
    limits.apply(id);
  }

  private void first(LinuxResources change) {
    number("cpu", "cpu.shares", change.cpuShares());
    number("cpu", "cpu.cfs_period_us", change.cpuPeriod());
    number("cpu", "cpu.cfs_quota_us", change.cpuQuota());
    number("cpu", "cpu.rt_period_us", change.cpuRealtimePeriod());
    number("cpu", "cpu.rt_runtime_us", change.cpuRealtimeRuntime());
    change.cpusetCpus().ifPresent(v -> add("cpuset", "cpuset.cpus", v));
    change.cpusetMems().ifPresent(v -> add("cpuset", "cpuset.mems", v));
    number("memory", "memory.soft_limit_in_bytes", change.memoryReservation());
    memoryFirst(change.memory(), change.memorySwap());
    change.blkioWeight().ifPresent(v -> add("blkio", blkioWeightFile(), Long.toString(v)));
    change.pidsLimit().ifPresent(v -> add("pids", "pids.max", maximum(v)));
  }

  /**
   * The kernel keeps memory below memory and swap together at each step, so the order depends on
   * which way they go.
   */
  private void memoryFirst(OptionalLong memory, OptionalLong memorySwap) {
    String limit = "memory.limit_in_bytes";
    String swapLimit = "memory.memsw.limit_in_bytes";
    boolean swapCounted =
        cgroup.directory("memory").filter(d -> d.resolve(swapLimit).toFile().exists()).isPresent();
    OptionalLong swap = swapCounted ? memorySwap : OptionalLong.empty();
    if (memory.isPresent() && swap.isPresent()) {
      long now =
          cgroup
              .directory("memory")
              .map(d -> CgroupFile.number(d.resolve(limit)).orElse(Long.MAX_VALUE))
              .orElse(Long.MAX_VALUE);
      long next = swap.getAsLong() == NONE ? Long.MAX_VALUE : swap.getAsLong();
      if (next >= now) {
        number("memory", swapLimit, swap);
        number("memory", limit, memory);
        return;
      }
    }
    number("memory", limit, memory);
    number("memory", swapLimit, swap);
  }

  private String blkioWeightFile() {
    return cgroup
            .directory("blkio")
            .filter(d -> d.resolve("blkio.weight").toFile().exists())
            .isPresent()
        ? "blkio.weight"
        : "blkio.bfq.weight";
  }

  private void second(LinuxResources change) {
    change.cpuShares().ifPresent(v -> add("cpu", "cpu.weight", Long.toString(cpuWeight(v))));
    if (change.cpuQuota().isPresent() || change.cpuPeriod().isPresent()) {
      add("cpu", "cpu.max", cpuMaximum(change));
    }
    change.cpusetCpus().ifPresent(v -> add("cpuset", "cpuset.cpus", v));
    change.cpusetMems().ifPresent(v -> add("cpuset", "cpuset.mems", v));
    change.memoryReservation().ifPresent(v -> add("memory", "memory.low", maximum(v)));
    boolean swapCounted =
        cgroup
            .directory("memory")
            .filter(d -> d.resolve("memory.swap.max").toFile().exists())
            .isPresent();
    if (change.memorySwap().isPresent() && swapCounted) {
      long swap = change.memorySwap().getAsLong();
      long memory = change.memory().orElseGet(this::memoryNow);
      add("memory", "memory.swap.max", maximum(swap == NONE ? NONE : Math.max(0, swap - memory)));
    }
    change.memory().ifPresent(v -> add("memory", "memory.max", maximum(v)));
    change
        .blkioWeight()
        .ifPresent(
            v -> {
              boolean bfq =
                  cgroup
                      .directory("io")
                      .filter(d -> d.resolve("io.bfq.weight").toFile().exists())
                      .isPresent();
              if (bfq) {
                add("io", "io.bfq.weight", Long.toString(v));
              } else {
                add("io", "io.weight", Long.toString(1 + (v - 10) * 9999 / 990));
              }
            });
    change.pidsLimit().ifPresent(v -> add("pids", "pids.max", maximum(v)));
  }

  private long memoryNow() {
    return cgroup
        .directory("memory")
        .map(d -> CgroupFile.number(d.resolve("memory.max")).orElse(0))
        .orElse(0L);
  }

  /** Shares of 2 to 262144 become weights of 1 to 10000. */
  static long cpuWeight(long shares) {
    return shares == 0 ? 100 : 1 + (shares - 2) * 9999 / 262142;
  }

  private String cpuMaximum(LinuxResources change) {
    String[] now =
        cgroup
            .directory("cpu")
            .flatMap(d -> CgroupFile.text(d.resolve("cpu.max")))
            .orElse("max 100000")
            .split(" ");
    String quota =
        change.cpuQuota().isPresent()
            ? change.cpuQuota().getAsLong() > 0
                ? Long.toString(change.cpuQuota().getAsLong())
                : "max"
            : now[0];
    String period =
        change.cpuPeriod().isPresent() && change.cpuPeriod().getAsLong() > 0
            ? Long.toString(change.cpuPeriod().getAsLong())
            : now[now.length - 1];
    return quota + " " + period;
  }

  private void number(String controller, String file, OptionalLong value) {
    value.ifPresent(v -> add(controller, file, Long.toString(v)));
  }

  private static String maximum(long value) {
    return value == NONE ? "max" : Long.toString(value);
  }

  private void add(String controller, String file, String value) {
    Optional<Path> directory = cgroup.directory(controller);
    if (directory.isEmpty()) {
      throw new DriverException(
          Kind.UNSUPPORTED,
          "this host cannot limit " + file + ": no cgroup controller " + controller);
    }
    changes.add(new Change(directory.get().resolve(file), value));
  }

  private void apply(String id) {
    Deque<Change> undo = new ArrayDeque<>();
    for (Change change : changes) {
      Optional<String> before = CgroupFile.text(change.file());
      try {
        CgroupFile.write(change.file(), change.value());
        before.ifPresent(value -> undo.push(new Change(change.file(), value)));
      } catch (IOException e) {
        undo.forEach(CgroupLimits::restore);
        throw new DriverException(
            Kind.SYSTEM,
            "Cannot update container "
                + id
                + ": the kernel refuses "
                + change.value()
                + " for "
                + change.file().getFileName()
                + ": "
                + e.getMessage(),
            e);
      }
    }
  }

  private static void restore(Change change) {
    try {
      // A file with lines for devices takes one line at a time; the first is the one that was
      // written. To what is empty, a list of CPUs for instance, a write of nothing would be none.
      CgroupFile.write(change.file(), change.value().lines().findFirst().orElse("") + "\n");
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot give " + change.file() + " its value back", e);
    }
  }
}
