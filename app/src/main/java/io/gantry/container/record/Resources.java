package io.gantry.container.record;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of the host a container may use; all of it can be changed while it runs (API v1.51,
 * definitions/Resources, and openEuler's {@code FilesLimit} and {@code Hugetlbs}). 0, empty or null
 * means no limit was asked for.
 *
 * @param cpuShares relative weight
 * @param memory bytes
 * @param nanoCpus 10^-9 CPUs
 * @param cgroupParent path below which the container's cgroup is made
 * @param blkioWeight 10 to 1000
 * @param blkioWeightDevice per device
 * @param blkioDeviceReadBps bytes a second
 * @param blkioDeviceWriteBps bytes a second
 * @param blkioDeviceReadIOps operations a second
 * @param blkioDeviceWriteIOps operations a second
 * @param cpuPeriod microseconds
 * @param cpuQuota microseconds a period
 * @param cpuRealtimePeriod microseconds
 * @param cpuRealtimeRuntime microseconds
 * @param cpusetCpus for instance 0-2,4
 * @param cpusetMems memory nodes
 * @param devices host devices
 * @param deviceCgroupRules for instance {@code c 13:* rwm}
 * @param deviceRequests devices by capability
 * @param kernelMemory deprecated, bytes
 * @param kernelMemoryTCP deprecated, bytes
 * @param memoryReservation soft limit in bytes
 * @param memorySwap memory plus swap in bytes, -1 is unlimited
 * @param memorySwappiness 0 to 100; null or -1 is the host's
 * @param oomKillDisable true keeps the OOM killer away
 * @param pidsLimit 0 or -1 is unlimited
 * @param ulimits resource limits
 * @param cpuCount Windows only
 * @param cpuPercent Windows only
 * @param ioMaximumIOps Windows only
 * @param ioMaximumBandwidth Windows only
 * @param filesLimit openEuler: open files, -1 is unlimited
 * @param hugetlbs openEuler: huge pages
 */
@CopyBuilder
public record Resources(
    long cpuShares,
    long memory,
    long nanoCpus,
    String cgroupParent,
    int blkioWeight,
    List<WeightDevice> blkioWeightDevice,
    List<ThrottleDevice> blkioDeviceReadBps,
    List<ThrottleDevice> blkioDeviceWriteBps,
    List<ThrottleDevice> blkioDeviceReadIOps,
    List<ThrottleDevice> blkioDeviceWriteIOps,
    long cpuPeriod,
    long cpuQuota,
    long cpuRealtimePeriod,
    long cpuRealtimeRuntime,
    String cpusetCpus,
    String cpusetMems,
    List<Device> devices,
    List<String> deviceCgroupRules,
    List<DeviceRequest> deviceRequests,
    @Nullable Long kernelMemory,
    @Nullable Long kernelMemoryTCP,
    long memoryReservation,
    long memorySwap,
    @Nullable Long memorySwappiness,
    @Nullable Boolean oomKillDisable,
    @Nullable Long pidsLimit,
    List<Ulimit> ulimits,
    long cpuCount,
    long cpuPercent,
    long ioMaximumIOps,
    long ioMaximumBandwidth,
    @Nullable Long filesLimit,
    List<HugetlbLimit> hugetlbs) {

  public Resources {
    cgroupParent = Lists.of(cgroupParent);
    blkioWeightDevice = Lists.orAbsent(blkioWeightDevice);
    blkioDeviceReadBps = Lists.orAbsent(blkioDeviceReadBps);
    blkioDeviceWriteBps = Lists.orAbsent(blkioDeviceWriteBps);
    blkioDeviceReadIOps = Lists.orAbsent(blkioDeviceReadIOps);
    blkioDeviceWriteIOps = Lists.orAbsent(blkioDeviceWriteIOps);
    cpusetCpus = Lists.of(cpusetCpus);
    cpusetMems = Lists.of(cpusetMems);
    devices = Lists.orAbsent(devices);
    deviceCgroupRules = Lists.orAbsent(deviceCgroupRules);
    deviceRequests = Lists.orAbsent(deviceRequests);
    ulimits = Lists.orAbsent(ulimits);
    hugetlbs = Lists.of(hugetlbs);
  }

  /** No limit at all. */
  public static final Resources NONE =
      new Resources(
          0,
          0,
          0,
          "",
          0,
          Absent.list(),
          Absent.list(),
          Absent.list(),
          Absent.list(),
          Absent.list(),
          0,
          0,
          0,
          0,
          "",
          "",
          Absent.list(),
          Absent.list(),
          Absent.list(),
          null,
          null,
          0,
          0,
          null,
          null,
          null,
          Absent.list(),
          0,
          0,
          0,
          0,
          null,
          List.of());

  public Resources withoutKernelMemoryTCP() {
    return ResourcesBuilder.from(this).kernelMemoryTCP(null).build();
  }

  public Resources withoutPidsLimit() {
    return ResourcesBuilder.from(this).pidsLimit(null).build();
  }

  /** This with Docker's defaults: memory and swap together are twice the memory. */
  Resources withDefaults() {
    ResourcesBuilder builder = ResourcesBuilder.from(this);
    if (memory > 0 && memorySwap == 0) {
      builder.memorySwap(2 * memory);
    }
    if (oomKillDisable == null) {
      builder.oomKillDisable(Boolean.FALSE);
    }
    return builder.build();
  }
}
