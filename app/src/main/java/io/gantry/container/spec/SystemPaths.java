package io.gantry.container.spec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What of {@code /proc} and {@code /sys} an unprivileged container may not see, or not write. */
public final class SystemPaths {

  /** Docker's list; the default of {@code HostConfig.MaskedPaths}. */
  public static final List<String> MASKED =
      List.of(
          "/proc/asound",
          "/proc/acpi",
          "/proc/interrupts",
          "/proc/kcore",
          "/proc/keys",
          "/proc/latency_stats",
          "/proc/timer_list",
          "/proc/timer_stats",
          "/proc/sched_debug",
          "/proc/scsi",
          "/sys/firmware",
          "/sys/devices/virtual/powercap");

  /** The default of {@code HostConfig.ReadonlyPaths}. */
  public static final List<String> READONLY =
      List.of("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger");

  /**
   * What kernels of openEuler have besides; hidden, where they exist, together with {@link
   * #MASKED}.
   */
  static final List<String> HIDDEN =
      Stream.concat(
              Stream.of(
                      "kbox",
                      "oom_extend",
                      "signo",
                      "sig_catch",
                      "fdstat",
                      "fdenable",
                      "fdthreshold",
                      "files_panic_enable",
                      "cpuirqstat",
                      "memstat",
                      "iomem_ext",
                      "livepatch",
                      "net_namespace",
                      "config.gz",
                      "pin_memory")
                  .map(name -> "/proc/" + name),
              Stream.of("/sys/kernel/livepatch"))
          .toList();

  private SystemPaths() {}

  static Set<String> existing() {
    return HIDDEN.stream()
        .filter(path -> Files.exists(Path.of(path)))
        .collect(Collectors.toUnmodifiableSet());
  }
}
