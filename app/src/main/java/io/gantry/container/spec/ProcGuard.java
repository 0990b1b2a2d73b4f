package io.gantry.container.spec;

import io.gantry.container.mount.MountSyntax;
import io.gantry.container.mount.SharedChannel;
import io.gantry.container.record.Container;
import io.gantry.container.record.HostChannel;
import io.gantry.container.record.MountPoint;
import io.gantry.error.EngineException;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.OpenFlag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/**
 * Refuses mounts over a container's {@code /proc}: who can put files there decides what the runtime
 * writes its settings to, and what is masked (CVE-2019-16884, CVE-2019-19921). runc looks for
 * itself, crun does not. Links in the image are followed, so that none of them leads there unseen.
 */
final class ProcGuard {

  private static final Path PROC = Path.of("/proc");
  private static final Path DEV = Path.of("/dev");
  private static final long NULL_DEVICE = FileStat.packDevice(1, 3);

  /** What tools such as lxcfs put in place of the kernel's own, as runc allows. */
  private static final Set<String> ALLOWED =
      Set.of(
          "/proc/cpuinfo",
          "/proc/diskstats",
          "/proc/meminfo",
          "/proc/stat",
          "/proc/swaps",
          "/proc/uptime",
          "/proc/loadavg",
          "/proc/slabinfo",
          "/proc/net/dev",
          "/proc/sys/kernel/ns_last_pid",
          "/proc/sys/crypto/fips_enabled");

  private ProcGuard() {}

  /**
   * @throws EngineException SYSTEM, in runc's words
   */
  static void check(Container container, SpecInputs inputs) {
    try (Directory root = Directory.open(inputs.rootfs())) {
      for (MountPoint mount : container.mounts()) {
        Path source = inputs.sources().getOrDefault(mount.destination(), Path.of(mount.source()));
        check(
            root,
            inputs.rootfs(),
            mount.destination(),
            mount.type().equals("bind") ? source : Path.of("tmpfs"),
            container.config().tty());
      }
      for (String destination : container.hostConfig().tmpfs().keySet()) {
        check(root, inputs.rootfs(), MountSyntax.clean(destination), Path.of("tmpfs"), false);
      }
      HostChannel channel = container.hostConfig().hostChannel();
      if (channel != null) {
        String destination = SharedChannel.destination(channel);
        check(root, inputs.rootfs(), destination, Path.of(channel.pathOnHost()), false);
      }
    } catch (IOException e) {
      throw EngineException.system("cannot look at the places of mounts: " + e.getMessage(), e);
    }
  }

  private static void check(
      Directory root, Path rootfs, String destination, Path source, boolean terminal)
      throws IOException {
    Path place = resolve(root, rootfs, Path.of(destination));
    if (place.equals(DEV) && source.isAbsolute()) {
      checkNullDevice(destination, source);
      if (terminal) {
        checkConsole(destination, source);
      }
    }
    if (!place.startsWith(PROC) || ALLOWED.contains(place.toString())) {
      return;
    }
    if (!place.equals(PROC)) {
      throw refused(rootfs, destination, source, place, "it is inside /proc");
    }
    if (!source.isAbsolute() || !Files.getFileStore(source).type().equals("proc")) {
      throw refused(rootfs, destination, source, place, "it is not of type proc");
    }
  }

  /**
   * Masked files are covered by {@code /dev/null}: were it a link, what it leads to would be
   * mounted in their places (CVE-2025-31133, runc before 1.2.8 and 1.3.3).
   */
  private static void checkNullDevice(String destination, Path source) throws IOException {
    try (Directory devices = Directory.open(source)) {
      Optional<FileStat> device = devices.find("null");
      boolean real =
          device
              .filter(d -> d.type() == FileStat.CHARACTER_DEVICE && d.rdev() == NULL_DEVICE)
              .isPresent();
      if (device.isPresent() && !real) {
        throw EngineException.invalid(
            "%s cannot be mounted on %s: \"null\" in it is not the null device"
                .formatted(source, destination));
      }
    }
  }

  /**
   * The terminal is mounted over {@code /dev/console}: were that a link, it would be mounted over
   * what it leads to, before anything is masked (CVE-2025-52565).
   */
  private static void checkConsole(String destination, Path source) throws IOException {
    try (Directory devices = Directory.open(source)) {
      if (devices.find("console").filter(FileStat::isSymbolicLink).isPresent()) {
        throw EngineException.invalid(
            "%s cannot be mounted on %s: \"console\" in it is a link"
                .formatted(source, destination));
      }
    }
  }

  /**
   * Where in the container a path is once its links are followed; what does not exist yet has none.
   */
  private static Path resolve(Directory root, Path rootfs, Path destination) throws IOException {
    Path parent = destination.getParent();
    if (parent == null) {
      return destination;
    }
    try (Fd fd = root.openInRoot(destination.toString(), OpenFlag.PATH, 0)) {
      Path real = Files.readSymbolicLink(Path.of(fd.procPath()));
      return real.startsWith(rootfs) ? Path.of("/").resolve(rootfs.relativize(real)) : destination;
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR) {
        throw e;
      }
      return resolve(root, rootfs, parent).resolve(destination.getFileName()).normalize();
    }
  }

  private static EngineException refused(
      Path rootfs, String destination, Path source, Path place, String why) {
    return EngineException.system(
        OciSpec.LAUNCH_FAILED
            + "unable to start container process: error during container init: error mounting \"%s\" to rootfs at \"%s\": create mountpoint for %s mount: check proc-safety of %s mount: \"%s%s\" cannot be mounted because %s"
                .formatted(source, destination, destination, destination, rootfs, place, why),
        null);
  }
}
