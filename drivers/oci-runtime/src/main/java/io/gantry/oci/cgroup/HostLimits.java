package io.gantry.oci.cgroup;

import io.gantry.linux.cgroup.CgroupFile;
import io.gantry.linux.cgroup.Cgroups;
import io.gantry.linux.cgroup.Hierarchy;
import io.gantry.plugins.runtime.ResourceSupport;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds out which limits this host can enforce, by the files the kernel shows. */
public final class HostLimits {

  private HostLimits() {}

  public static ResourceSupport of(Cgroups cgroups) {
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
        has(cgroups, "memory", "memory.kmem.tcp.limit_in_bytes"),
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
    boolean bfq = io && below(cgroups, "io.bfq.weight").orElseGet(() -> exists("/sys/module/bfq"));
    return new ResourceSupport(
        "2",
        "cgroupfs",
        memory,
        memory,
        memory && below(cgroups, "memory.swap.max").orElseGet(() -> exists("/proc/swaps")),
        false,
        false,
        false,
        cpu,
        cpu,
        false,
        cgroups.of("cpuset").isPresent(),
        cgroups.of("pids").isPresent(),
        // The controller alone has no weights: they are the work of bfq or of the cost model.
        bfq || has(cgroups, "io", "io.cost.qos"),
        bfq,
        io && below(cgroups, "io.max").orElse(true),
        cgroups.of("hugetlb").isPresent(),
        true,
        true,
        text(cgroups, "cpuset.cpus.effective"),
        text(cgroups, "cpuset.mems.effective"));
  }

  /**
   * Whether groups of version 2 have a file that the root does not have; empty when there is no
   * other group to look at.
   */
  private static Optional<Boolean> below(Cgroups cgroups, String file) {
    String controller = file.substring(0, file.indexOf('.'));
    Optional<Path> root = cgroups.of(controller).map(Hierarchy::mount);
    File[] groups = root.isPresent() ? root.get().toFile().listFiles(File::isDirectory) : null;
    return Stream.ofNullable(groups)
        .flatMap(Stream::of)
        .filter(group -> controllers(group).contains(controller))
        .findFirst()
        .map(group -> new File(group, file).exists());
  }

  private static List<String> controllers(File group) {
    String text = CgroupFile.text(group.toPath().resolve("cgroup.controllers")).orElse("");
    return List.of(text.split(" "));
  }

  private static boolean exists(String path) {
    return Path.of(path).toFile().exists();
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
