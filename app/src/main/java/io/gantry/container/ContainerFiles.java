package io.gantry.container;

import io.gantry.container.spec.ContainerMounts;
import io.gantry.container.spec.FileOwner;
import io.gantry.error.EngineException;
import io.gantry.image.CommitRequest;
import io.gantry.image.Image;
import io.gantry.image.ImageService;
import io.gantry.image.Reference;
import io.gantry.image.RunConfig;
import io.gantry.layers.ExtractOptions;
import io.gantry.layers.KindConflictException;
import io.gantry.layers.LayerDiff;
import io.gantry.layers.Owner;
import io.gantry.layers.PathStat;
import io.gantry.layers.TreeArchive;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.storage.Change;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The files of containers: {@code cp}, {@code export}, {@code diff}, {@code commit} and sizes. A
 * container that runs is not stopped, nor its lock held, while files go in or out; of one that does
 * not run, the lock keeps a start away meanwhile.
 */
public final class ContainerFiles {

  private final Containers containers;
  private final StorageDriver storage;
  private final RuntimeDriver runtime;
  private final ImageService images;
  private final ContainerLauncher launcher;
  private final ContainerMounts mounts;
  private final ContainerEvents events;
  private final ContainerPaths paths;
  private final AtomicLong count = new AtomicLong();

  ContainerFiles(
      Containers containers,
      StorageDriver storage,
      RuntimeDriver runtime,
      ImageService images,
      ContainerLauncher launcher,
      ContainerMounts mounts,
      ContainerEvents events,
      ContainerPaths paths) {
    this.containers = containers;
    this.storage = storage;
    this.runtime = runtime;
    this.images = images;
    this.launcher = launcher;
    this.mounts = mounts;
    this.events = events;
    this.paths = paths;
  }

  /** How much room a container takes: its own changes, and all it sees; bytes. */
  public record Size(long changes, long all) {}

  @FunctionalInterface
  private interface Work<T extends @org.jspecify.annotations.Nullable Object> {
    T on(FileAccess files) throws IOException;
  }

  private <T extends @org.jspecify.annotations.Nullable Object> T with(
      String reference, Work<T> work) throws IOException {
    ContainerHandle handle = containers.handle(reference);
    Container container = handle.current();
    if (container.state().isRunning()) {
      try (FileAccess files = FileAccess.running(container)) {
        return work.on(files);
      }
    }
    handle.lock.lock();
    try {
      container = handle.current();
      if (container.state().isRunning()) {
        try (FileAccess files = FileAccess.running(container)) {
          return work.on(files);
        }
      }
      launcher.ensureSnapshot(container);
      Path target = paths.mounts().resolve(container.id() + "-" + count.incrementAndGet());
      try (FileAccess files = FileAccess.mounted(container, storage, mounts, target)) {
        return work.on(files);
      }
    } finally {
      handle.lock.unlock();
    }
  }

  /** What is at a path in the container. */
  public PathStat stat(String reference, String path) throws IOException {
    return with(
        reference, files -> files.root().stat(path).orElseThrow(() -> absent(reference, path)));
  }

  /** What a caller does with a path's properties before its content comes. */
  @FunctionalInterface
  public interface Head {
    OutputStream begin(PathStat stat) throws IOException;
  }

  /** Writes what is at a path as a tar. */
  public void archive(String reference, String path, Head head) throws IOException {
    with(
        reference,
        files -> {
          PathStat stat = files.root().stat(path).orElseThrow(() -> absent(reference, path));
          files.root().archive(path, head.begin(stat));
          return null;
        });
    events.publish(containers.get(reference), "archive-path");
  }

  /**
   * Puts a tar into a directory of the container.
   *
   * @param tar uncompressed
   * @param keepKinds refuse to put a directory in the place of something else, or the other way
   *     round
   * @param ownedByUser everything belongs to the container's user
   */
  public void extract(
      String reference, String path, InputStream tar, boolean keepKinds, boolean ownedByUser)
      throws IOException {
    Container container = containers.get(reference);
    Optional<Owner> owner = ownedByUser ? owner(container) : Optional.empty();
    try {
      with(
          reference,
          files -> {
            files.root().extract(path, tar, new ExtractOptions(owner, keepKinds));
            return null;
          });
    } catch (KindConflictException e) {
      throw new EngineException(EngineException.Kind.INVALID, String.valueOf(e.getMessage()), e);
    } catch (ErrnoException e) {
      throw switch (e.errno()) {
        case Errno.ENOENT -> absent(reference, path);
        case Errno.ENOTDIR -> EngineException.invalid("extraction point is not a directory");
        case Errno.EROFS ->
            EngineException.forbidden(
                inVolume(container, path)
                    ? "mounted volume is marked read-only"
                    : "container rootfs is marked read-only");
        default -> EngineException.system(String.valueOf(e.getMessage()), e);
      };
    }
    events.publish(container, "extract-to-dir");
  }

  private static boolean inVolume(Container container, String path) {
    Path clean = Path.of("/").resolve(path).normalize();
    return container.mounts().stream().anyMatch(mount -> clean.startsWith(mount.destination()));
  }

  private static EngineException absent(String reference, String path) {
    return EngineException.notFound(
        "Could not find the file " + path + " in container " + reference);
  }

  private Optional<Owner> owner(Container container) throws IOException {
    String user = container.config().user();
    if (user.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(with(container.id(), files -> FileOwner.of(user, files.path())));
  }

  /** Writes the container's whole file system, without its volumes, as a tar. */
  public void export(String reference, OutputStream out) throws IOException {
    Container container = containers.get(reference);
    if (container.state().isRunning()) {
      writeTree(paths.rootfs(container.id()), out);
    } else {
      ContainerHandle handle = containers.handle(reference);
      handle.lock.lock();
      try {
        launcher.ensureSnapshot(container);
        Container bare = container.withoutMounts();
        Path target = paths.mounts().resolve(container.id() + "-" + count.incrementAndGet());
        try (FileAccess files = FileAccess.mounted(bare, storage, mounts, target)) {
          writeTree(files.path(), out);
        }
      } finally {
        handle.lock.unlock();
      }
    }
    events.publish(container, "export");
  }

  private static void writeTree(Path root, OutputStream out) throws IOException {
    try (Directory top = Directory.open(root);
        TreeArchive archive = new TreeArchive(out)) {
      archive.addContent(top);
    }
  }

  /**
   * What the container changed in its image's files; what the engine puts there for its mounts is
   * left out.
   */
  public List<Change> changes(String reference) throws IOException {
    Container container = containers.get(reference);
    launcher.ensureSnapshot(container);
    List<Change> all = storage.changes(container.id()).orElse(null);
    if (all == null) {
      all = with(reference, files -> LayerDiff.changes(files.path()));
    }
    return MountPlaces.without(container, all);
  }

  /** How much room it takes. */
  public Size size(Container container) {
    long changes =
        storage.stat(container.id()).isPresent() ? storage.usage(container.id()).bytes() : 0;
    long image = images.find(container.imageId()).map(Image::size).orElse(0L);
    return new Size(changes, changes + image);
  }

  /**
   * Makes an image of a container.
   *
   * @param instructions of a Dockerfile, applied to the configuration
   * @param pause whether it is frozen meanwhile
   * @param override what of its configuration is different in the image; empty takes the
   *     container's
   * @return the image's id
   */
  public String commit(
      String reference,
      Optional<Reference> target,
      String author,
      String comment,
      List<String> instructions,
      boolean pause,
      Optional<ContainerConfig> override)
      throws IOException {
    ContainerHandle handle = containers.handle(reference);
    handle.lock.lock();
    try {
      Container container = handle.current();
      Status status = container.state().status();
      if (status == Status.DEAD || status == Status.REMOVING) {
        throw EngineException.conflict(
            "You cannot commit container %s which is %s"
                .formatted(container.id(), status == Status.DEAD ? "Dead" : "being removed"));
      }
      launcher.ensureSnapshot(container);
      boolean freeze = pause && status == Status.RUNNING;
      if (freeze) {
        runtime.pause(container.id());
        events.publish(container, "pause");
      }
      try {
        String id =
            images.commit(
                new CommitRequest(
                    container.id(),
                    container.id(),
                    changes(container.id()),
                    images.find(container.imageId()),
                    Optional.of(container.chainId()).filter(chain -> !chain.isEmpty()),
                    runConfig(override.orElse(container.config())),
                    String.join(" ", container.argv()),
                    author,
                    comment,
                    instructions,
                    target));
        events.publish(
            container,
            "commit",
            java.util.Map.of(
                "comment",
                comment,
                "imageID",
                id,
                "imageRef",
                target.map(Reference::familiar).orElse("")));
        return id;
      } finally {
        if (freeze) {
          runtime.resume(container.id());
          events.publish(container, "unpause");
        }
      }
    } finally {
      handle.lock.unlock();
    }
  }

  private static RunConfig runConfig(ContainerConfig config) {
    return new RunConfig(
        config.user(),
        config.exposedPorts(),
        Optional.of(config.env()),
        Optional.ofNullable(config.entrypoint()),
        Optional.ofNullable(config.cmd()),
        new HashSet<>(config.volumes()),
        config.workingDir(),
        Optional.of(config.labels()),
        config.stopSignal(),
        Optional.ofNullable(config.stopTimeout()),
        Optional.ofNullable(config.healthcheck())
            .map(
                check ->
                    new RunConfig.HealthProbe(
                        check.test(),
                        check.interval(),
                        check.timeout(),
                        check.startPeriod(),
                        check.startInterval(),
                        check.retries(),
                        check.exitOnUnhealthy())),
        Optional.ofNullable(config.onBuild()),
        Optional.ofNullable(config.shell()),
        config.argsEscaped());
  }
}
