package io.gantry.container.spec;

import io.gantry.container.record.HugetlbLimit;
import io.gantry.container.record.Resources;
import io.gantry.container.record.ThrottleDevice;
import io.gantry.container.record.WeightDevice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Limits while they are checked: those that a check may drop or complete can be set. For one
 * thread.
 */
final class ResourceDraft {

  private final Resources base;
  long cpuShares;
  long memory;
  long nanoCpus;
  int blkioWeight;
  List<WeightDevice> blkioWeightDevice;
  List<ThrottleDevice> blkioDeviceReadBps;
  List<ThrottleDevice> blkioDeviceWriteBps;
  List<ThrottleDevice> blkioDeviceReadIOps;
  List<ThrottleDevice> blkioDeviceWriteIOps;
  long cpuPeriod;
  long cpuQuota;
  long cpuRealtimePeriod;
  long cpuRealtimeRuntime;
  String cpusetCpus;
  String cpusetMems;
  @Nullable Long kernelMemoryTCP;
  long memoryReservation;
  long memorySwap;
  @Nullable Long memorySwappiness;
  @Nullable Boolean oomKillDisable;
  @Nullable Long pidsLimit;
  long cpuPercent;
  @Nullable Long filesLimit;
  List<HugetlbLimit> hugetlbs;

  ResourceDraft(Resources base) {
    this.base = base;
    cpuShares = base.cpuShares();
    memory = base.memory();
    nanoCpus = base.nanoCpus();
    blkioWeight = base.blkioWeight();
    blkioWeightDevice = base.blkioWeightDevice();
    blkioDeviceReadBps = base.blkioDeviceReadBps();
    blkioDeviceWriteBps = base.blkioDeviceWriteBps();
    blkioDeviceReadIOps = base.blkioDeviceReadIOps();
    blkioDeviceWriteIOps = base.blkioDeviceWriteIOps();
    cpuPeriod = base.cpuPeriod();
    cpuQuota = base.cpuQuota();
    cpuRealtimePeriod = base.cpuRealtimePeriod();
    cpuRealtimeRuntime = base.cpuRealtimeRuntime();
    cpusetCpus = base.cpusetCpus();
    cpusetMems = base.cpusetMems();
    Long tcp = base.kernelMemoryTCP();
    kernelMemoryTCP = tcp == null || tcp == 0 ? null : tcp;
    memoryReservation = base.memoryReservation();
    memorySwap = base.memorySwap();
    memorySwappiness = base.memorySwappiness();
    oomKillDisable = base.oomKillDisable();
    pidsLimit = base.pidsLimit();
    cpuPercent = base.cpuPercent();
    filesLimit = base.filesLimit();
    hugetlbs = base.hugetlbs();
  }

  Resources build() {
    return new Resources(
        cpuShares,
        memory,
        nanoCpus,
        base.cgroupParent(),
        blkioWeight,
        blkioWeightDevice,
        blkioDeviceReadBps,
        blkioDeviceWriteBps,
        blkioDeviceReadIOps,
        blkioDeviceWriteIOps,
        cpuPeriod,
        cpuQuota,
        cpuRealtimePeriod,
        cpuRealtimeRuntime,
        cpusetCpus,
        cpusetMems,
        base.devices(),
        base.deviceCgroupRules(),
        base.deviceRequests(),
        null,
        kernelMemoryTCP,
        memoryReservation,
        memorySwap,
        memorySwappiness,
        oomKillDisable,
        pidsLimit,
        base.ulimits(),
        base.cpuCount(),
        cpuPercent,
        base.ioMaximumIOps(),
        base.ioMaximumBandwidth(),
        filesLimit,
        hugetlbs);
  }
}
