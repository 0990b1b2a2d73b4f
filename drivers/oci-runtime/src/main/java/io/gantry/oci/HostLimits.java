package io.gantry.oci;

import io.gantry.linux.cgroup.CgroupFile;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.cgroup.Hierarchy;
import io.gantry.plugins.runtime.ResourceSupport;
import java.nio.file.Path;
import java.util.Optional;

/** Finds out which limits this host can enforce, by the files the kernel shows. */
final class HostLimits {

  private HostLimits() {}

  static ResourceSupport of(Cgroups cgroups) {
    return cgroups.version() == 2 ? second(cgroups) : first(cgroups);
  }

  private static ResourceSupport first(Cgroups cgroups) {
    return new ResourceSupport(
        "1",
        "cgroupfs",
        has(cgroups, "memory", "memory.limit_in_bytes"),
        has(cgroups, "memory", "memory.soft_limit_in_bytes"),
        has(cgroups, "memory", "memory.memsw.limit_in_bytes"),
        has(cgroups, "memory", "memory.swappiness"),
        has(cgroups, "memory", "memory.oom_control"),
        has(cgroups, "cpu", "cpu.shares"),
        has(cgroups, "cpu", "cpu.cfs_quota_us"),
        has(cgroups, "cpu", "cpu.rt_runtime_us"),
        cgroups.of("cpuset").isPresent(),
        cgroups.of("pids").isPresent(),
        // Not the bfq form: crun 1.8 knows the other only.
        has(cgroups, "blkio", "blkio.weight"),
        has(cgroups, "blkio", "blkio.weight_device"),
        has(cgroups, "blkio", "blkio.throttle.read_bps_device"),
        cgroups.of("hugetlb").filter(h -> h.version() == 1).isPresent(),
        cgroups.of("devices").isPresent(),
        cgroups.of("freezer").isPresent(),
        text(cgroups, "cpuset.cpus"),
        text(cgroups, "cpuset.mems"));
  }

  private static ResourceSupport second(Cgroups cgroups) {
    boolean memory = cgroups.of("memory").isPresent();
    boolean cpu = cgroups.of("cpu").isPresent();
    boolean io = cgroups.of("io").isPresent();
    return new ResourceSupport(
        "2",
        "cgroupfs",
        memory,
        memory,
        // The root group has no such file to look for.
        memory && Path.of("/proc/swaps").toFile().exists(),
        false,
        false,
        cpu,
        cpu,
        false,
        cgroups.of("cpuset").isPresent(),
        cgroups.of("pids").isPresent(),
        io,
        io,
        io,
        cgroups.of("hugetlb").isPresent(),
        true,
        true,
        text(cgroups, "cpuset.cpus.effective"),
        text(cgroups, "cpuset.mems.effective"));
  }

  private static boolean has(Cgroups cgroups, String controller, String file) {
    return cgroups
        .of(controller)
        .filter(hierarchy -> hierarchy.mount().resolve(file).toFile().exists())
        .isPresent();
  }

  private static String text(Cgroups cgroups, String file) {
    Optional<Hierarchy> cpuset = cgroups.of("cpuset");
    return cpuset.flatMap(hierarchy -> CgroupFile.text(hierarchy.mount().resolve(file))).orElse("");
  }
}
