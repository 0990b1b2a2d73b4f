package io.gantry.crash;

import io.gantry.linux.mount.MountInfo;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What of a test's daemon is on the host: mounts of root file systems, network namespaces,
 * monitors, cgroups.
 */
record HostState(
    List<String> mounts, List<String> namespaces, List<String> monitors, List<String> cgroups) {

  /** How many containers may have something. */
  record Counts(int containers) {}

  static HostState of(TestDaemon daemon) {
    Path rootfs = daemon.execRoot().resolve("rootfs");
    List<String> mounts =
        MountInfo.list().stream()
            .map(MountInfo::mountPoint)
            .filter(point -> point.startsWith(rootfs + "/"))
            .toList();
    return new HostState(
        mounts, names(daemon.execRoot().resolve("netns")), monitors(daemon), cgroups(daemon));
  }

  private static List<String> names(Path directory) {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Processes of conmon that work below the daemon's directories. */
  private static List<String> monitors(TestDaemon daemon) {
    try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
      return processes
          .filter(process -> process.getFileName().toString().chars().allMatch(Character::isDigit))
          .map(HostState::commandLine)
          .filter(line -> line.contains("conmon") && line.contains(daemon.execRoot().toString()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String commandLine(Path process) {
    try {
      return Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1)
          .replace('\0', ' ');
    } catch (IOException e) {
      return "";
    }
  }

  private static List<String> cgroups(TestDaemon daemon) {
    return daemon.containerCgroups();
  }

  boolean isWithin(Counts allowed) {
    return mounts.size() <= allowed.containers()
        && namespaces.size() <= allowed.containers()
        && monitors.size() <= allowed.containers()
        && cgroups.size() <= allowed.containers();
  }
}
