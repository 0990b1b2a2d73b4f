package io.gantry.container.mount;

import io.gantry.container.record.Container;
import io.gantry.error.EngineException;
import io.gantry.linux.mount.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code /dev/shm} of containers that let others use it ({@code --ipc shareable}): a file
 * system mounted on the host, since the way through the other container's own root would be at that
 * container's mercy. It is there while its owner runs, and for those who joined as long as they do.
 */
public final class SharedMemory {

  private static final Logger log = LoggerFactory.getLogger(SharedMemory.class);
  private static final String SHAREABLE = "shareable";
  private static final String JOIN = "container:";

  private final Path directory;

  /**
   * @param directory below the exec root; made when absent
   */
  public SharedMemory(Path directory) {
    this.directory = directory;
  }

  /**
   * Mounts the shared memory of a container that lets others use it; for one that uses another's,
   * gives the other's.
   *
   * @param other the container of {@code --ipc container:X}
   * @return empty for all other modes
   * @throws EngineException INVALID, in Docker's words, when the other does not share it
   */
  public Optional<Path> prepare(Container container, Optional<Container> other) {
    String mode = container.hostConfig().ipcMode();
    if (mode.startsWith(JOIN) && other.isPresent()) {
      return joined(other.get());
    }
    return mode.equals(SHAREABLE)
        ? Optional.of(mount(container.id(), container.hostConfig().shmSize()))
        : Optional.empty();
  }

  private Optional<Path> joined(Container other) {
    String mode = other.hostConfig().ipcMode();
    if (mode.equals("host")) {
      return Optional.of(Path.of("/dev/shm"));
    }
    if (!mode.equals(SHAREABLE)) {
      throw EngineException.invalid(
          "failed to join IPC namespace: container %s: non-shareable IPC (hint: use IpcMode:shareable for the donor container)"
              .formatted(other.id()));
    }
    return Optional.of(directory.resolve(other.id()));
  }

  private Path mount(String id, long size) {
    Path place = directory.resolve(id);
    try {
      Files.createDirectories(place);
      if (!Mounts.isMountPoint(place)) {
        Mounts.mount(
            "tmpfs",
            "shm",
            place,
            List.of("nosuid", "noexec", "nodev", "mode=1777", "size=" + size));
      }
      return place;
    } catch (IOException e) {
      throw EngineException.system("mounting shm tmpfs: " + e.getMessage(), e);
    }
  }

  /**
   * Unmounts it; containers that use it keep theirs. May be called again, and for any container.
   */
  public void release(String containerId) {
    Path place = directory.resolve(containerId);
    try {
      if (Files.isDirectory(place)) {
        if (Mounts.isMountPoint(place)) {
          Mounts.detach(place);
        }
        Files.deleteIfExists(place);
      }
    } catch (IOException e) {
      log.warn("Shared memory of container {} stays mounted", containerId, e);
    }
  }
}
