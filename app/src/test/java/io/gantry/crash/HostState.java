package io.gantry.crash;

import io.gantry.linux.mount.MountInfo;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What of a test's daemon is on the host: mounts of root file systems, network namespaces,
 * monitors, cgroups, interfaces, firewall rules.
 */
record HostState(
    List<String> mounts,
    List<String> namespaces,
    List<String> monitors,
    List<String> cgroups,
    List<String> links,
    List<String> rules) {

  /**
   * How the daemon's interfaces and chains are known on the host.
   *
   * @param veth what the names of its veths begin with
   * @param chain what the names of its chains begin with
   */
  record Marks(String veth, String chain) {

    /** Those of the daemon that made a bridge, which has a container on it. */
    static Marks of(String bridge) throws IOException {
      String veth = names(Path.of("/sys/class/net", bridge, "brif")).getFirst();
      Matcher chain = Pattern.compile("-A (GANTRY-\\w+)-IN -o " + bridge + " ").matcher(firewall());
      if (!chain.find()) {
        throw new AssertionError("no rule of " + bridge + " in the firewall");
      }
      return new Marks(veth.substring(0, "vethXXXX".length()), chain.group(1));
    }
  }

  static HostState of(TestDaemon daemon, Marks marks) {
    Path rootfs = daemon.execRoot().resolve("rootfs");
    List<String> mounts =
        MountInfo.list().stream()
            .map(MountInfo::mountPoint)
            .filter(point -> point.startsWith(rootfs + "/"))
            .toList();
    try {
      return new HostState(
          mounts,
          names(daemon.execRoot().resolve("netns")),
          monitors(daemon),
          daemon.containerCgroups(),
          names(Path.of("/sys/class/net")).stream()
              .filter(name -> name.startsWith(marks.veth()))
              .toList(),
          firewall().lines().filter(line -> line.startsWith("-A " + marks.chain())).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> names(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  /** All rules of the host. */
  private static String firewall() throws IOException {
    Process save = new ProcessBuilder("/usr/sbin/iptables-save").redirectErrorStream(true).start();
    return new String(save.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  /** Processes of conmon that work below the daemon's directories. */
  private static List<String> monitors(TestDaemon daemon) throws IOException {
    return names(Path.of("/proc")).stream()
        .filter(name -> name.chars().allMatch(Character::isDigit))
        .map(pid -> commandLine(Path.of("/proc", pid)))
        .filter(line -> line.contains("conmon") && line.contains(daemon.execRoot().toString()))
        .toList();
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
          .replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }

  /**
   * Whether it is no more than that many containers need, on as many networks as there were.
   *
   * @param before the host with these containers alone
   */
  boolean isWithin(int containers, HostState before) {
    return mounts.size() <= containers
        && namespaces.size() <= containers
        && monitors.size() <= containers
        && cgroups.size() <= containers
        && links.size() <= containers
        && before.rules().containsAll(rules);
  }
}
