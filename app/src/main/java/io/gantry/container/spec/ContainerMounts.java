package io.gantry.container.spec;

import io.gantry.container.Container;
import io.gantry.volume.VolumeService;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Signatures only for the moment. */
public final class ContainerMounts {

  /**
   * @param engineRoots data root and exec root
   */
  public ContainerMounts(VolumeService volumes, List<Path> engineRoots) {
    throw new UnsupportedOperationException(volumes + " " + engineRoots);
  }

  /**
   * Makes ready what is mounted into a container that starts: volumes are mounted and filled,
   * sources of binds exist. After a failure nothing is mounted.
   *
   * @param rootfs where the container's file system is mounted
   * @return what to mount, by destination
   */
  public Map<String, Path> prepare(Container container, Path rootfs) {
    throw new UnsupportedOperationException(container + " " + rootfs);
  }

  /** Undoes {@link #prepare}; may be called again. */
  public void release(Container container) {
    throw new UnsupportedOperationException("" + container);
  }

  /** Whether the container binds anything from outside the engine's own directories. */
  public boolean foreign(Container container) {
    throw new UnsupportedOperationException("" + container);
  }
}
