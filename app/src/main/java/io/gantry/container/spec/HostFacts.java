package io.gantry.container.spec;

import io.gantry.image.Platform;
import io.gantry.linux.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * What of this host and of the engine's own process bounds what containers can be given. Read once
 * at start.
 *
 * @param architecture Go's name
 * @param kernel release, as {@code uname -r} prints it
 * @param processors how many there are
 * @param capabilities what the engine itself may have: nobody can give more
 * @param rlimits the engine's own hard limits by name ({@code RLIMIT_NOFILE}); -1 is unlimited
 * @param mayRaiseRlimits whether it may go beyond its own hard limits
 * @param cgroupNamespaces whether the kernel has them
 * @param apparmor whether it is enabled
 * @param hugePages the kernel's
 * @param hidden of {@link SystemPaths#HIDDEN}, what exists
 */
public record HostFacts(
    String architecture,
    String kernel,
    int processors,
    Set<String> capabilities,
    Map<String, Long> rlimits,
    boolean mayRaiseRlimits,
    boolean cgroupNamespaces,
    boolean apparmor,
    HugePages hugePages,
    Set<String> hidden) {

  private static final Path SELF = Path.of("/proc/self");
  private static final Map<String, String> LIMIT_NAMES =
      Map.ofEntries(
          Map.entry("Max cpu time", "RLIMIT_CPU"),
          Map.entry("Max file size", "RLIMIT_FSIZE"),
          Map.entry("Max data size", "RLIMIT_DATA"),
          Map.entry("Max stack size", "RLIMIT_STACK"),
          Map.entry("Max core file size", "RLIMIT_CORE"),
          Map.entry("Max resident set", "RLIMIT_RSS"),
          Map.entry("Max processes", "RLIMIT_NPROC"),
          Map.entry("Max open files", "RLIMIT_NOFILE"),
          Map.entry("Max locked memory", "RLIMIT_MEMLOCK"),
          Map.entry("Max address space", "RLIMIT_AS"),
          Map.entry("Max file locks", "RLIMIT_LOCKS"),
          Map.entry("Max pending signals", "RLIMIT_SIGPENDING"),
          Map.entry("Max msgqueue size", "RLIMIT_MSGQUEUE"),
          Map.entry("Max nice priority", "RLIMIT_NICE"),
          Map.entry("Max realtime priority", "RLIMIT_RTPRIO"),
          Map.entry("Max realtime timeout", "RLIMIT_RTTIME"));

  public HostFacts {
    capabilities = Set.copyOf(capabilities);
    rlimits = Map.copyOf(rlimits);
    hidden = Set.copyOf(hidden);
  }

  /** What is so now. */
  public static HostFacts read() {
    try {
      Set<String> capabilities = Capabilities.ofMask(mask("CapBnd"));
      return new HostFacts(
          Platform.host().architecture(),
          Kernel.release(),
          Runtime.getRuntime().availableProcessors(),
          capabilities,
          rlimits(Files.readString(SELF.resolve("limits"))),
          Capabilities.ofMask(mask("CapEff")).contains("CAP_SYS_RESOURCE"),
          Files.exists(SELF.resolve("ns/cgroup")),
          startsWithY(Path.of("/sys/module/apparmor/parameters/enabled")),
          HugePages.read(),
          SystemPaths.existing());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read what this host can do", e);
    }
  }

  private static boolean startsWithY(Path file) throws IOException {
    return Files.exists(file) && Files.readString(file).startsWith("Y");
  }

  private static long mask(String name) throws IOException {
    return Files.readAllLines(SELF.resolve("status")).stream()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(name.length() + 1).strip(), 16))
        .findFirst()
        .orElse(0);
  }

  /** The resource limits there are, as {@code RLIMIT_*}. */
  static Set<String> limitNames() {
    return Set.copyOf(LIMIT_NAMES.values());
  }

  static Map<String, Long> rlimits(String table) {
    Map<String, Long> limits = new HashMap<>();
    for (String line : table.split("\n")) {
      LIMIT_NAMES.forEach(
          (title, name) -> {
            if (line.startsWith(title + " ")) {
              String[] values = line.substring(title.length()).strip().split("\\s+");
              limits.put(
                  name, values[1].equals("unlimited") ? -1 : Long.parseUnsignedLong(values[1]));
            }
          });
    }
    return limits;
  }
}
