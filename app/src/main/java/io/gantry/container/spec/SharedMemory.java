package io.gantry.container.spec;

import io.gantry.container.Container;
import java.nio.file.Path;
import java.util.Optional;

/** Signatures only for the moment. */
public final class SharedMemory {

  /**
   * @param mounts below the exec root; made when absent
   */
  public SharedMemory(Path mounts) {
    throw new UnsupportedOperationException("" + mounts);
  }

  /**
   * Mounts the shared memory of a container that lets others use it ({@code --ipc shareable}); for
   * one that uses another's, gives the other's.
   *
   * @param other the container of {@code --ipc container:X}
   * @return empty for all other modes
   */
  public Optional<Path> prepare(Container container, Optional<Container> other) {
    throw new UnsupportedOperationException("" + container + other);
  }

  /**
   * Unmounts it; containers that use it keep theirs. May be called again, and for any container.
   */
  public void release(String containerId) {
    throw new UnsupportedOperationException(containerId);
  }
}
