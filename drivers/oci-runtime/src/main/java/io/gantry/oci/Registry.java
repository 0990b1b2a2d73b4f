package io.gantry.oci;

import io.gantry.linux.inotify.Inotify;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.runtime.Exit;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * The containers this daemon holds, and the place where their ends are noticed: by the exit file,
 * or when both the first process and its monitor have ended without one. Each end is told once.
 */
final class Registry implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Registry.class.getName());

  private final Map<String, Container> containers = new ConcurrentHashMap<>();
  private final Exits exits;
  private final Inotify inotify;
  private volatile Consumer<Exit> listener =
      exit -> LOG.log(Level.WARNING, "nobody listens for the exit of container {0}", exit.id());
  private volatile Consumer<String> outOfMemory =
      id -> LOG.log(Level.WARNING, "nobody listens for lack of memory in container {0}", id);
  private volatile boolean closed;

  Registry(Exits exits, Inotify inotify) {
    this.exits = exits;
    this.inotify = inotify;
  }

  void listener(Consumer<Exit> next) {
    listener = next;
  }

  void outOfMemoryListener(Consumer<String> next) {
    outOfMemory = next;
  }

  Exits exits() {
    return exits;
  }

  Container get(String id) {
    return find(Layout.checked(id))
        .orElseThrow(
            () -> new DriverException(Kind.NOT_FOUND, "container " + id + " is not running"));
  }

  Optional<Container> find(String id) {
    return Optional.ofNullable(containers.get(id));
  }

  /** Holds a container from now on, and tells its end. */
  void add(Container container) throws IOException {
    containers.put(container.id(), container);
    container.watch(() -> look(container));
    watchMemory(container);
    // It may have ended before it was watched.
    look(container);
  }

  /**
   * The watch ends with the directory, which is deleted with the container. Without it (the host
   * allows a number of watches) OOM kills are told at the container's end only.
   */
  private void watchMemory(Container container) {
    try {
      var _ =
          inotify.watch(
              Layout.persist(container.bundle()),
              Inotify.OPEN,
              (mask, name) -> {
                if (name.equals(Exits.OOM) && !closed && !container.isRemoving()) {
                  Thread.startVirtualThread(() -> outOfMemory.accept(container.id()));
                }
              });
    } catch (IOException e) {
      LOG.log(
          Level.WARNING,
          "OOM kills in container {0} are told at its end only: {1}",
          container.id(),
          e.getMessage());
    }
  }

  /** Holds a container whose end was told. */
  void addEnded(Container container, Exit exit) {
    var _ = container.ended(exit);
    containers.put(container.id(), container);
  }

  void remove(Container container) {
    containers.remove(container.id(), container);
  }

  /** An exit file was written, or events were lost. */
  void exitWritten(int mask, String name) {
    if ((mask & Inotify.OVERFLOW) != 0) {
      Thread.startVirtualThread(() -> containers.values().forEach(this::look));
      return;
    }
    Container container = containers.get(name);
    if (container != null) {
      Thread.startVirtualThread(() -> look(container));
    }
  }

  private void look(Container container) {
    if (closed || container.isRemoving() || container.exit().isPresent()) {
      return;
    }
    try {
      // Asked before the file is looked for: a monitor writes it before it ends.
      boolean monitorEnded = container.monitorEnded();
      boolean initEnded = container.initEnded();
      Optional<Exit> exit = exits.recorded(container.id(), container.bundle());
      if (exit.isEmpty() && monitorEnded && initEnded) {
        exit = Optional.of(exits.lastWords(container));
      }
      if (exit.isPresent() && !container.isRemoving() && container.ended(exit.get())) {
        listener.accept(exit.get());
      } else if (monitorEnded && !initEnded) {
        LOG.log(
            Level.WARNING,
            "the monitor of container {0} was killed; what the container writes is lost",
            container.id());
      }
    } catch (IOException | RuntimeException e) {
      LOG.log(Level.ERROR, "the exit of container " + container.id() + " was not handled", e);
    }
  }

  /** Lets go of all containers; they go on. */
  @Override
  public void close() {
    closed = true;
    containers.values().forEach(Container::close);
  }
}
