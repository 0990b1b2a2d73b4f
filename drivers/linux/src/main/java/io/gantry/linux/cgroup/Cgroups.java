package io.gantry.linux.cgroup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The cgroup hierarchies of this host, as they were mounted when this was read. */
public final class Cgroups {

  private static final Path ROOT = Path.of("/sys/fs/cgroup");
  private static final Set<String> CONTROLLERS =
      Set.of(
          "cpu",
          "cpuacct",
          "cpuset",
          "memory",
          "devices",
          "freezer",
          "blkio",
          "pids",
          "hugetlb",
          "net_cls",
          "net_prio",
          "perf_event",
          "rdma",
          "misc");

  private final List<Hierarchy> hierarchies;

  Cgroups(List<Hierarchy> hierarchies) {
    this.hierarchies = List.copyOf(hierarchies);
  }

  /** Reads what is mounted at {@code /sys/fs/cgroup} and below. */
  public static Cgroups mounted() throws IOException {
    String mounts =
        new String(
            Files.readAllBytes(Path.of("/proc/self/mountinfo")), StandardCharsets.ISO_8859_1);
    List<Hierarchy> found = new ArrayList<>();
    for (String line : mounts.split("\n")) {
      hierarchy(line).ifPresent(found::add);
    }
    return new Cgroups(found);
  }

  /** Line: id parent device root mount-point options [fields] - type source super-options. */
  private static Optional<Hierarchy> hierarchy(String line) throws IOException {
    int dash = line.indexOf(" - ");
    if (dash < 0) {
      return Optional.empty();
    }
    String[] left = line.substring(0, dash).split(" ");
    String[] right = line.substring(dash + 3).split(" ");
    Path mount = Path.of(left[4]);
    if (!mount.startsWith(ROOT) || right.length < 3) {
      return Optional.empty();
    }
    return switch (right[0]) {
      case "cgroup" -> {
        Set<String> controllers =
            Arrays.stream(right[2].split(","))
                .filter(option -> CONTROLLERS.contains(option) || option.startsWith("name="))
                .collect(Collectors.toSet());
        yield Optional.of(new Hierarchy(mount, 1, controllers));
      }
      case "cgroup2" -> {
        String controllers = Files.readString(mount.resolve("cgroup.controllers")).strip();
        yield Optional.of(
            new Hierarchy(
                mount, 2, controllers.isEmpty() ? Set.of() : Set.of(controllers.split(" "))));
      }
      default -> Optional.empty();
    };
  }

  public List<Hierarchy> hierarchies() {
    return hierarchies;
  }

  /** 2 when there is nothing but version 2; otherwise 1. */
  public int version() {
    return !hierarchies.isEmpty() && hierarchies.stream().allMatch(h -> h.version() == 2) ? 2 : 1;
  }

  /** The version 2 hierarchy beside those of version 1, if there is one. */
  public Optional<Hierarchy> unified() {
    return version() == 2
        ? Optional.empty()
        : hierarchies.stream().filter(h -> h.version() == 2).findFirst();
  }

  /** The hierarchy that limits something. */
  public Optional<Hierarchy> of(String controller) {
    return hierarchies.stream().filter(h -> h.controllers().contains(controller)).findFirst();
  }

  /**
   * A group, which need not exist.
   *
   * @param path absolute below the mount points, not their root
   */
  public Cgroup group(String path) {
    return new Cgroup(this, path);
  }
}
