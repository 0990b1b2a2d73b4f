package io.gantry.plugins.runtime;

/**
 * Which limits the kernel can enforce for containers now (the fields of API {@code GET /info} and
 * the warnings of {@code POST /containers/create} follow from it).
 *
 * @param cgroupVersion {@code "1"} (also for a hybrid host) or {@code "2"}
 * @param cgroupDriver {@code cgroupfs}, {@code systemd} or {@code none}
 * @param cpus processors that containers may use, as a list like {@code 0-1}
 * @param memoryNodes memory nodes that containers may use, as a list
 */
public record ResourceSupport(
    String cgroupVersion,
    String cgroupDriver,
    boolean memoryLimit,
    boolean memoryReservation,
    boolean swapLimit,
    boolean swappiness,
    boolean oomKillDisable,
    boolean kernelMemoryTcp,
    boolean cpuShares,
    boolean cpuCfs,
    boolean cpuRealtime,
    boolean cpuset,
    boolean pidsLimit,
    boolean blkioWeight,
    boolean blkioWeightDevice,
    boolean blkioThrottle,
    boolean hugetlb,
    boolean devices,
    boolean freezer,
    String cpus,
    String memoryNodes) {}
