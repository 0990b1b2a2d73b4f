package io.gantry.container.index;

import java.nio.file.Path;
import java.util.List;

/**
 * Where a container's files are.
 *
 * @param dataRoot survives a reboot
 * @param execRoot is empty after a reboot; a shared mount
 */
public record ContainerPaths(Path dataRoot, Path execRoot) {

  /** What the engine keeps is in one of these. */
  public List<Path> roots() {
    return List.of(dataRoot, execRoot);
  }

  /** Of all containers' directories that survive a reboot. */
  public Path all() {
    return dataRoot.resolve("containers");
  }

  /** What the container has on the host beside its file system; mode 0710. */
  public Path directory(String id) {
    return all().resolve(id);
  }

  /** The log driver's directory. */
  public Path log(String id) {
    return directory(id).resolve("log");
  }

  /** The raw output of the container, until the log driver has it. */
  public Path journal(String id) {
    return directory(id).resolve("journal");
  }

  /** The container's own {@code hosts}, {@code hostname} and {@code resolv.conf}. */
  public Path etc(String id) {
    return directory(id).resolve("etc");
  }

  /** Of all containers' mounts. */
  public Path mounts() {
    return execRoot.resolve("rootfs");
  }

  /** Where the container's file system is mounted while it runs. */
  public Path rootfs(String id) {
    return mounts().resolve(id);
  }

  /** Of the parts of volumes that containers mount. */
  public Path subpaths() {
    return execRoot.resolve("subpaths");
  }

  /** Of the images that containers mount. */
  public Path imageMounts() {
    return execRoot.resolve("image-mounts");
  }

  /** What is known of execs, whose processes do not survive a reboot either. */
  public Path execs() {
    return execRoot.resolve("execs");
  }

  /** Overflow of slow clients; on a disk. */
  public Path spill() {
    return dataRoot.resolve("tmp");
  }
}
