package io.gantry.container.spec;

import io.gantry.container.record.Resources;
import io.gantry.container.record.ThrottleDevice;
import io.gantry.error.EngineException;
import io.gantry.plugins.runtime.LinuxResources;
import io.gantry.plugins.runtime.ResourceSupport;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Limits in the kernel's terms ({@code linux.resources} of the OCI runtime specification); the
 * runtime translates them to the host's version of cgroups. What the kernel lacks was taken out,
 * with a warning, by {@link HostChecks}.
 */
final class OciResources {

  /** Period of {@code --cpus}, in microseconds. */
  private static final long NANO_CPUS_PERIOD = 100_000;

  private static final long NANOS = 1_000_000_000;
  private static final long MIN_SHARES = 2;
  private static final long MAX_SHARES = 262144;

  private OciResources() {}

  /**
   * @param devices {@link OciDevices#rules}
   */
  static ObjectNode of(
      Resources resources, ResourceSupport support, DeviceLookup host, ArrayNode devices) {
    ObjectNode node = Json.object();
    node.set("devices", devices);
    set(node, "memory", memory(resources));
    set(node, "cpu", cpu(resources));
    if (resources.pidsLimit() != null && resources.pidsLimit() > 0) {
      node.putObject("pids").put("limit", resources.pidsLimit());
    }
    set(node, "blockIO", blockIo(resources, support, host));
    if (!resources.hugetlbs().isEmpty() && support.hugetlb()) {
      ArrayNode limits = node.putArray("hugepageLimits");
      resources
          .hugetlbs()
          .forEach(
              limit ->
                  limits.addObject().put("pageSize", limit.pageSize()).put("limit", limit.limit()));
    }
    return node;
  }

  private static void set(ObjectNode node, String name, ObjectNode value) {
    if (!value.isEmpty()) {
      node.set(name, value);
    }
  }

  private static ObjectNode memory(Resources resources) {
    ObjectNode node = Json.object();
    if (resources.memory() > 0) {
      node.put("limit", resources.memory());
      node.put("swap", swap(resources.memory(), resources.memorySwap()));
    }
    if (resources.memoryReservation() > 0) {
      node.put("reservation", resources.memoryReservation());
    }
    Long tcp = resources.kernelMemoryTCP();
    if (tcp != null && tcp > 0) {
      node.put("kernelTCP", tcp);
    }
    Long swappiness = resources.memorySwappiness();
    if (swappiness != null && swappiness >= 0) {
      node.put("swappiness", swappiness);
    }
    if (Boolean.TRUE.equals(resources.oomKillDisable())) {
      node.put("disableOOMKiller", true);
    }
    return node;
  }

  /**
   * Memory and swap together: always sent with the memory, since the kernel refuses either alone.
   */
  private static long swap(long memory, long memorySwap) {
    if (memorySwap == 0) {
      return memory > Long.MAX_VALUE / 2 ? -1 : 2 * memory;
    }
    return memorySwap < 0 ? -1 : memorySwap;
  }

  private static ObjectNode cpu(Resources resources) {
    ObjectNode node = Json.object();
    if (resources.cpuShares() > 0) {
      node.put("shares", checkedShares(resources.cpuShares(), OciSpec.LAUNCH_FAILED));
    }
    if (resources.nanoCpus() > 0) {
      node.put("period", NANO_CPUS_PERIOD);
      node.put("quota", quota(resources.nanoCpus()));
    }
    if (resources.cpuPeriod() > 0) {
      node.put("period", resources.cpuPeriod());
    }
    if (resources.cpuQuota() > 0) {
      node.put("quota", resources.cpuQuota());
    }
    if (resources.cpuRealtimePeriod() > 0) {
      node.put("realtimePeriod", resources.cpuRealtimePeriod());
    }
    if (resources.cpuRealtimeRuntime() > 0) {
      node.put("realtimeRuntime", resources.cpuRealtimeRuntime());
    }
    if (!resources.cpusetCpus().isEmpty()) {
      node.put("cpus", resources.cpusetCpus());
    }
    if (!resources.cpusetMems().isEmpty()) {
      node.put("mems", resources.cpusetMems());
    }
    return node;
  }

  /**
   * The kernel takes other shares for the nearest it knows.
   *
   * @throws EngineException SYSTEM, in runc's words
   */
  private static long checkedShares(long shares, String prefix) {
    if (shares < MIN_SHARES || shares > MAX_SHARES) {
      throw EngineException.system(
          prefix
              + (shares < MIN_SHARES
                  ? "the minimum allowed cpu-shares is " + MIN_SHARES
                  : "the maximum allowed cpu-shares is " + MAX_SHARES),
          null);
    }
    return shares;
  }

  /** At least a thousandth of a CPU: the kernel takes no less. */
  private static long quota(long nanoCpus) {
    return Math.max(
        1000,
        Math.multiplyHigh(nanoCpus, NANO_CPUS_PERIOD) == 0
            ? nanoCpus * NANO_CPUS_PERIOD / NANOS
            : nanoCpus / NANOS * NANO_CPUS_PERIOD);
  }

  private static ObjectNode blockIo(
      Resources resources, ResourceSupport support, DeviceLookup host) {
    ObjectNode node = Json.object();
    if (resources.blkioWeight() > 0 && support.blkioWeight()) {
      node.put("weight", resources.blkioWeight());
    }
    if (!resources.blkioWeightDevice().isEmpty() && support.blkioWeightDevice()) {
      ArrayNode weights = node.putArray("weightDevice");
      resources
          .blkioWeightDevice()
          .forEach(device -> device(weights, host, device.path()).put("weight", device.weight()));
    }
    if (support.blkioThrottle()) {
      throttle(node, "throttleReadBpsDevice", resources.blkioDeviceReadBps(), host);
      throttle(node, "throttleWriteBpsDevice", resources.blkioDeviceWriteBps(), host);
      throttle(node, "throttleReadIOPSDevice", resources.blkioDeviceReadIOps(), host);
      throttle(node, "throttleWriteIOPSDevice", resources.blkioDeviceWriteIOps(), host);
    }
    return node;
  }

  private static void throttle(
      ObjectNode node, String name, List<ThrottleDevice> devices, DeviceLookup host) {
    if (!devices.isEmpty()) {
      ArrayNode limits = node.putArray(name);
      devices.forEach(device -> device(limits, host, device.path()).put("rate", device.rate()));
    }
  }

  private static ObjectNode device(ArrayNode array, DeviceLookup host, String path) {
    int[] numbers = host.numbers(path);
    return array.addObject().put("major", numbers[0]).put("minor", numbers[1]);
  }

  /**
   * A change for a running container.
   *
   * @param asked what the user wants changed; zero and empty stay
   * @param then all limits afterwards
   */
  static LinuxResources change(Resources asked, Resources then) {
    LinuxResources.Builder change = LinuxResources.builder();
    if (asked.memory() != 0 || asked.memorySwap() != 0) {
      if (then.memory() > 0) {
        change.memory(then.memory());
        change.memorySwap(swap(then.memory(), then.memorySwap()));
      } else {
        change.memorySwap(then.memorySwap());
      }
    }
    if (asked.memoryReservation() != 0) {
      change.memoryReservation(then.memoryReservation());
    }
    if (asked.nanoCpus() != 0) {
      change.cpuPeriod(NANO_CPUS_PERIOD).cpuQuota(quota(then.nanoCpus()));
    }
    if (asked.cpuPeriod() != 0) {
      change.cpuPeriod(then.cpuPeriod());
    }
    if (asked.cpuQuota() != 0) {
      change.cpuQuota(then.cpuQuota());
    }
    if (asked.cpuShares() != 0) {
      change.cpuShares(checkedShares(then.cpuShares(), ""));
    }
    if (asked.cpuRealtimePeriod() != 0) {
      change.cpuRealtimePeriod(then.cpuRealtimePeriod());
    }
    if (asked.cpuRealtimeRuntime() != 0) {
      change.cpuRealtimeRuntime(then.cpuRealtimeRuntime());
    }
    if (!asked.cpusetCpus().isEmpty()) {
      change.cpusetCpus(then.cpusetCpus());
    }
    if (!asked.cpusetMems().isEmpty()) {
      change.cpusetMems(then.cpusetMems());
    }
    if (asked.blkioWeight() != 0) {
      change.blkioWeight(then.blkioWeight());
    }
    Long pids = asked.pidsLimit();
    if (pids != null) {
      change.pidsLimit(pids <= 0 ? -1 : pids);
    }
    return change.build();
  }
}
