package io.gantry.container.mount;

import io.gantry.container.record.Container;
import io.gantry.container.record.HostChannel;
import io.gantry.error.EngineException;
import io.gantry.linux.mount.MountInfo;
import io.gantry.linux.mount.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * openEuler's {@code --host-channel}: a file system in memory, at a path of the host's that must be
 * new, which the container sees too. It is mounted at the container's first start, bears the
 * container's name in the mount table, and goes with the container.
 */
public final class SharedChannel {

  private static final Logger log = LoggerFactory.getLogger(SharedChannel.class);
  private static final long MIN_SIZE = 4096;
  private static final long STANDARD_SIZE = 64 << 20;

  private SharedChannel() {}

  /**
   * Whether a new container can have it.
   *
   * @param totalMemory of the host, in bytes
   * @throws EngineException INVALID, in openEuler's words
   */
  public static void check(@Nullable HostChannel channel, long totalMemory) {
    if (channel == null) {
      return;
    }
    refuse(
        !channel.pathOnHost().startsWith("/"),
        "Host channel host path should be absolute: " + channel.pathOnHost());
    refuse(
        !channel.pathInContainer().startsWith("/"),
        "Host channel container path should be absolute: " + channel.pathInContainer());
    refuse(
        !List.of("", "rw", "ro").contains(channel.permissions()),
        "Invalid mount mode for host channel: " + channel.permissions());
    refuse(
        channel.size() != 0 && channel.size() < MIN_SIZE,
        "Invalid size, larger than 4KB is allowed");
    refuse(
        channel.size() > totalMemory / 2,
        "Required host channel size %d is larger than half of total memory %d"
            .formatted(channel.size(), totalMemory));
    refuse(
        Files.exists(Path.of(channel.pathOnHost()), LinkOption.NOFOLLOW_LINKS),
        "Host path '" + channel.pathOnHost() + "' already exists");
  }

  private static void refuse(boolean wrong, String message) {
    if (wrong) {
      throw EngineException.invalid(message);
    }
  }

  public static boolean writable(HostChannel channel) {
    return !channel.permissions().equals("ro");
  }

  /** Mounts it unless an earlier start did. */
  static void mount(Container container) {
    HostChannel channel = container.hostConfig().hostChannel();
    if (channel == null) {
      return;
    }
    Path place = Path.of(channel.pathOnHost());
    try {
      Optional<MountInfo> there = mountAt(place);
      if (there.isPresent() && !there.get().source().equals(source(container))) {
        throw EngineException.conflict("Host path '" + place + "' already exists");
      }
      if (there.isEmpty()) {
        Files.createDirectories(place);
        long size = channel.size() == 0 ? STANDARD_SIZE : channel.size();
        Mounts.mount(
            "tmpfs",
            source(container),
            place,
            List.of("noexec", "nosuid", "nodev", "mode=1777", "size=" + size));
      }
    } catch (IOException e) {
      throw EngineException.system(
          "cannot make host channel %s: %s".formatted(place, e.getMessage()), e);
    }
  }

  private static String source(Container container) {
    return "host-channel-" + container.shortId();
  }

  private static Optional<MountInfo> mountAt(Path place) {
    return MountInfo.list().stream()
        .filter(mount -> Path.of(mount.mountPoint()).equals(place.normalize()))
        .reduce((below, above) -> above);
  }

  /** Takes it away; what still uses it keeps it unseen. Another's at the same place stays. */
  static void remove(Container container) {
    HostChannel channel = container.hostConfig().hostChannel();
    if (channel == null) {
      return;
    }
    Path place = Path.of(channel.pathOnHost());
    try {
      Optional<MountInfo> there = mountAt(place);
      if (there.filter(mount -> mount.source().equals(source(container))).isPresent()) {
        Mounts.detach(place);
        Files.deleteIfExists(place);
      }
    } catch (IOException e) {
      log.warn("Host channel {} of container {} is left over", place, container.id(), e);
    }
  }
}
