package io.gantry.container.spec;

import io.gantry.container.record.Resources;
import io.gantry.container.record.ThrottleDevice;
import io.gantry.error.EngineException;
import io.gantry.plugins.runtime.ResourceSupport;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Whether limits make sense, in Docker's order and words. What the kernel cannot do is dropped with
 * a warning; what follows from others is filled in. For one request.
 */
final class ResourceChecks {

  private static final long MIN_MEMORY = 6 << 20;
  private static final long NANOS = 1_000_000_000;

  private final ResourceSupport support;
  private final HostFacts facts;
  private final ResourceDraft limits;
  private final boolean update;
  private final List<String> warnings = new ArrayList<>();

  ResourceChecks(Resources resources, ResourceSupport support, HostFacts facts, boolean update) {
    this.limits = new ResourceDraft(resources);
    this.support = support;
    this.facts = facts;
    this.update = update;
  }

  /**
   * @throws EngineException INVALID
   */
  Resources run() {
    memory();
    memoryDetails();
    pids();
    cpu();
    cpuset();
    blockIo();
    openEuler();
    if (limits.memory > 0 && limits.memorySwap == 0 && !update) {
      limits.memorySwap = limits.memory > Long.MAX_VALUE / 2 ? -1 : 2 * limits.memory;
    }
    if (limits.oomKillDisable == null && support.oomKillDisable() && !update) {
      limits.oomKillDisable = false;
    }
    return limits.build();
  }

  List<String> warnings() {
    return warnings;
  }

  private void memory() {
    if (limits.memory != 0 && limits.memory < MIN_MEMORY) {
      throw EngineException.invalid("Minimum memory limit allowed is 6MB");
    }
    if (limits.memory > 0 && !support.memoryLimit()) {
      warn(
          "Your kernel does not support memory limit capabilities or the cgroup is not mounted."
              + " Limitation discarded.");
      limits.memory = 0;
      limits.memorySwap = -1;
    }
    if (limits.memory > 0 && limits.memorySwap != -1 && !support.swapLimit()) {
      warn(
          "Your kernel does not support swap limit capabilities or the cgroup is not mounted."
              + " Memory limited without swap.");
      limits.memorySwap = -1;
    }
    if (limits.memory > 0 && limits.memorySwap > 0 && limits.memorySwap < limits.memory) {
      throw EngineException.invalid(
          "Minimum memoryswap limit should be larger than memory limit, see usage");
    }
    if (limits.memory == 0 && limits.memorySwap > 0 && !update) {
      throw EngineException.invalid(
          "You should always set the Memory limit when using Memoryswap limit, see usage");
    }
  }

  private void memoryDetails() {
    Long swappiness = limits.memorySwappiness;
    if (swappiness != null && swappiness == -1) {
      limits.memorySwappiness = null;
    } else if (swappiness != null && !support.swappiness()) {
      warn(
          "Your kernel does not support memory swappiness capabilities or the cgroup is not"
              + " mounted. Memory swappiness discarded.");
      limits.memorySwappiness = null;
    } else if (swappiness != null && (swappiness < 0 || swappiness > 100)) {
      throw EngineException.invalid(
          "Invalid value: " + swappiness + ", valid memory swappiness range is 0-100");
    }
    if (limits.memoryReservation > 0 && !support.memoryReservation()) {
      warn(
          "Your kernel does not support memory soft limit capabilities or the cgroup is not"
              + " mounted. Limitation discarded.");
      limits.memoryReservation = 0;
    }
    if (limits.memoryReservation > 0 && limits.memoryReservation < MIN_MEMORY) {
      throw EngineException.invalid("Minimum memory reservation allowed is 6MB");
    }
    if (limits.memory > 0
        && limits.memoryReservation > 0
        && limits.memory < limits.memoryReservation) {
      throw EngineException.invalid(
          "Minimum memory limit can not be less than memory reservation limit, see usage");
    }
    Long tcp = limits.kernelMemoryTCP;
    if (tcp != null && tcp > 0 && !support.kernelMemoryTcp()) {
      warn(
          "Your kernel does not support kernel memory TCP limit capabilities or the cgroup is not"
              + " mounted. Limitation discarded.");
      limits.kernelMemoryTCP = null;
    }
    boolean disableKiller = Boolean.TRUE.equals(limits.oomKillDisable);
    if (!support.oomKillDisable()) {
      if (disableKiller) {
        warn("Your kernel does not support OomKillDisable. OomKillDisable discarded.");
      }
      limits.oomKillDisable = null;
    } else if (disableKiller && limits.memory == 0) {
      warn(
          "OOM killer is disabled for the container, but no memory limit is set, this can result in"
              + " the system running out of resources.");
    }
  }

  private void pids() {
    Long pids = limits.pidsLimit;
    if (pids == null) {
      return;
    }
    if (!support.pidsLimit()) {
      if (pids > 0) {
        warn(
            "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted."
                + " PIDs limit discarded.");
      }
      limits.pidsLimit = null;
    } else if (pids <= 0) {
      limits.pidsLimit = update ? 0L : null;
    }
  }

  private void cpu() {
    if (limits.nanoCpus > 0 && limits.cpuPeriod > 0) {
      throw EngineException.invalid(
          "Conflicting options: Nano CPUs and CPU Period cannot both be set");
    }
    if (limits.nanoCpus > 0 && limits.cpuQuota > 0) {
      throw EngineException.invalid(
          "Conflicting options: Nano CPUs and CPU Quota cannot both be set");
    }
    if (limits.nanoCpus > 0 && !support.cpuCfs()) {
      throw EngineException.invalid(
          "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler or the cgroup"
              + " is not mounted");
    }
    if (limits.nanoCpus < 0 || limits.nanoCpus > facts.processors() * NANOS) {
      throw EngineException.invalid(
          "range of CPUs is from 0.01 to %1$d.00, as there are only %1$d CPUs available"
              .formatted(facts.processors()));
    }
    if (limits.cpuShares > 0 && !support.cpuShares()) {
      warn(
          "Your kernel does not support CPU shares or the cgroup is not mounted. Shares"
              + " discarded.");
      limits.cpuShares = 0;
    }
    if ((limits.cpuPeriod != 0 || limits.cpuQuota != 0) && !support.cpuCfs()) {
      warn(
          "Your kernel does not support CPU CFS scheduler or the cgroup is not mounted. CPU"
              + " period/quota discarded.");
      limits.cpuPeriod = 0;
      limits.cpuQuota = 0;
    }
    if (limits.cpuPeriod != 0 && (limits.cpuPeriod < 1000 || limits.cpuPeriod > 1_000_000)) {
      throw EngineException.invalid(
          "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)");
    }
    if (limits.cpuQuota > 0 && limits.cpuQuota < 1000) {
      throw EngineException.invalid("CPU cfs quota can not be less than 1ms (i.e. 1000)");
    }
    if (limits.cpuPercent > 0) {
      warn("linux does not support CPU percent. Percent discarded.");
      limits.cpuPercent = 0;
    }
  }

  private void cpuset() {
    if ((!limits.cpusetCpus.isEmpty() || !limits.cpusetMems.isEmpty()) && !support.cpuset()) {
      warn("Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.");
      limits.cpusetCpus = "";
      limits.cpusetMems = "";
    }
    available("cpus", "CPUs", limits.cpusetCpus, support.cpus());
    available("mems", "memory nodes", limits.cpusetMems, support.memoryNodes());
  }

  private static void available(String name, String what, String wanted, String available) {
    BitSet numbers;
    try {
      numbers = CpuList.parse(wanted);
    } catch (IllegalArgumentException e) {
      throw EngineException.invalid(
          "Invalid value %s for cpuset %s: %s".formatted(wanted, name, e.getMessage()));
    }
    if (!CpuList.within(numbers, CpuList.parse(available.strip()))) {
      throw EngineException.invalid(
          "Requested %s are not available - requested %s, available: %s"
              .formatted(what, wanted, available.strip()));
    }
  }

  private void blockIo() {
    if (limits.blkioWeight > 0 && !support.blkioWeight()) {
      warn(
          "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight"
              + " discarded.");
      limits.blkioWeight = 0;
    }
    if (limits.blkioWeight != 0 && (limits.blkioWeight < 10 || limits.blkioWeight > 1000)) {
      throw EngineException.invalid("Range of blkio weight is from 10 to 1000");
    }
    if (!limits.blkioWeightDevice.isEmpty() && !support.blkioWeightDevice()) {
      warn(
          "Your kernel does not support Block I/O weight_device or the cgroup is not mounted."
              + " Weight-device discarded.");
      limits.blkioWeightDevice = List.of();
    }
    limits.blkioDeviceReadBps =
        throttle(
            limits.blkioDeviceReadBps,
            "Your kernel does not support BPS Block I/O read limit or the cgroup is not mounted."
                + " Block I/O BPS read limit discarded.");
    limits.blkioDeviceWriteBps =
        throttle(
            limits.blkioDeviceWriteBps,
            "Your kernel does not support BPS Block I/O write limit or the cgroup is not mounted."
                + " Block I/O BPS write limit discarded.");
    limits.blkioDeviceReadIOps =
        throttle(
            limits.blkioDeviceReadIOps,
            "Your kernel does not support IOPS Block read limit or the cgroup is not mounted. Block"
                + " I/O IOPS read limit discarded.");
    limits.blkioDeviceWriteIOps =
        throttle(
            limits.blkioDeviceWriteIOps,
            "Your kernel does not support IOPS Block write limit or the cgroup is not mounted."
                + " Block I/O IOPS write limit discarded.");
  }

  private List<ThrottleDevice> throttle(List<ThrottleDevice> devices, String warning) {
    if (devices.isEmpty() || support.blkioThrottle()) {
      return devices;
    }
    warn(warning);
    return List.of();
  }

  private void openEuler() {
    Long files = limits.filesLimit;
    if (files != null && files != 0) {
      warn("Your kernel does not support files limit capabilities, files limit discarded.");
      limits.filesLimit = null;
    }
    if (limits.hugetlbs.isEmpty()) {
      return;
    }
    if (!support.hugetlb()) {
      warn(
          "Your kernel does not support hugetlb limit or the cgroup is not mounted. Hugetlb limit"
              + " discarded.");
      limits.hugetlbs = List.of();
    }
    limits.hugetlbs = facts.hugePages().checked(limits.hugetlbs, this::warn);
  }

  private void warn(String warning) {
    warnings.add(warning);
  }
}
