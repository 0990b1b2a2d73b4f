package io.gantry.container.mount;

import io.gantry.container.record.Container;
import io.gantry.container.record.HostChannel;
import io.gantry.error.EngineException;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.MemoryInfo;
import io.gantry.linux.mount.MountInfo;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.FailPoint;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * openEuler's {@code --host-channel}: a file system in memory, at a path of the host's that must be
 * new, which the container sees too. It is mounted at the container's first start and goes with the
 * container. In the mount table it bears the container's name, by which it is found again: the path
 * may lead through links. After the host was started anew only the directory is there, which bears
 * a mark of its own.
 */
public final class SharedChannel {

  private static final Logger log = LoggerFactory.getLogger(SharedChannel.class);
  private static final long MIN_SIZE = 4096;
  private static final long STANDARD_SIZE = 64 << 20;

  private SharedChannel() {}

  /**
   * Whether a new container can have it.
   *
   * @param memory of the host; asked only where there is a channel
   * @throws EngineException INVALID, in openEuler's words
   */
  public static void check(@Nullable HostChannel channel, Supplier<MemoryInfo> memory) {
    if (channel == null) {
      return;
    }
    refuse(
        !isAbsolute(channel.pathOnHost()),
        "Host channel host path should be absolute: " + channel.pathOnHost());
    refuse(
        !isAbsolute(channel.pathInContainer()),
        "Host channel container path should be absolute: " + channel.pathInContainer());
    MountSyntax.destination(channel.pathInContainer()).ifPresent(why -> refuse(true, why));
    refuse(
        !List.of("", "rw", "ro").contains(channel.permissions()),
        "Invalid mount mode for host channel: " + channel.permissions());
    refuse(
        channel.size() != 0 && channel.size() < MIN_SIZE,
        "Invalid size, larger than 4KB is allowed");
    MemoryInfo now = memory.get();
    refuse(
        size(channel) > now.total() / 2,
        "Required host channel size %d is larger than half of total memory %d"
            .formatted(size(channel), now.total()));
    refuse(
        size(channel) > now.available(),
        "Required host channel size %d is larger than available memory %d"
            .formatted(size(channel), now.available()));
    refuse(
        Files.exists(Path.of(channel.pathOnHost()), LinkOption.NOFOLLOW_LINKS),
        "Host path '" + channel.pathOnHost() + "' already exists");
  }

  /** No path has the character by which the kernel knows its end. */
  private static boolean isAbsolute(String path) {
    return path.startsWith("/") && path.indexOf('\0') < 0;
  }

  private static void refuse(boolean wrong, String message) {
    if (wrong) {
      throw EngineException.invalid(message);
    }
  }

  private static long size(HostChannel channel) {
    return channel.size() == 0 ? STANDARD_SIZE : channel.size();
  }

  public static boolean writable(HostChannel channel) {
    return !channel.permissions().equals("ro");
  }

  /** Where the container sees it. */
  public static String destination(HostChannel channel) {
    return MountSyntax.clean(channel.pathInContainer());
  }

  /** Mounts it unless an earlier start did. */
  static void mount(Container container) {
    HostChannel channel = container.hostConfig().hostChannel();
    if (channel == null || !mounts(container).isEmpty()) {
      return;
    }
    Path place = Path.of(channel.pathOnHost());
    try {
      makePlace(place);
      Mounts.mount(
          "tmpfs",
          source(container),
          place.toRealPath(),
          List.of("noexec", "nosuid", "nodev", "mode=1777", "size=" + size(channel)));
    } catch (IOException e) {
      throw EngineException.system(
          "cannot make host channel %s: %s".formatted(place, e.getMessage()), e);
    }
  }

  /** A directory that nobody may enter: so a start that was cut off here finds it again. */
  private static void makePlace(Path place) throws IOException {
    Path parent = place.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(place, PosixFilePermissions.asFileAttribute(Set.of()));
    } catch (FileAlreadyExistsException e) {
      if (!isOwn(place)) {
        throw EngineException.conflict("Host path '" + place + "' already exists");
      }
    }
    FailPoint.hit("channel.place.made");
  }

  /** Whether it is a directory as {@link #makePlace} makes it, with nothing mounted there. */
  private static boolean isOwn(Path place) throws IOException {
    return Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)
        && !Mounts.isMountPoint(place)
        && Files.getPosixFilePermissions(place, LinkOption.NOFOLLOW_LINKS).isEmpty();
  }

  private static String source(Container container) {
    return "host-channel-" + container.shortId();
  }

  private static List<Path> mounts(Container container) {
    return MountInfo.list().stream()
        .filter(mount -> mount.type().equals("tmpfs") && mount.source().equals(source(container)))
        .map(mount -> Path.of(mount.mountPoint()))
        .toList();
  }

  /**
   * Takes it away; what still uses it keeps it unseen. Another's at the same place stays, and so
   * does what has come into the place of one that was never mounted.
   */
  static void remove(Container container) {
    HostChannel channel = container.hostConfig().hostChannel();
    if (channel == null) {
      return;
    }
    Path place = Path.of(channel.pathOnHost());
    try {
      for (Path mount : mounts(container)) {
        detach(mount);
      }
      if (isOwn(place)) {
        Files.delete(place);
      }
    } catch (DirectoryNotEmptyException e) {
      log.info("Host channel {} stays: somebody has put files there", place);
    } catch (IOException e) {
      log.warn("Host channel {} of container {} is left over", place, container.id(), e);
    }
  }

  /** What spread to other places goes with the first of them. */
  private static void detach(Path mount) throws IOException {
    try {
      Mounts.detach(mount);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
    }
  }
}
