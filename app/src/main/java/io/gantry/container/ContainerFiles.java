package io.gantry.container;

import io.gantry.container.index.ContainerEvents;
import io.gantry.container.index.ContainerHandle;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Status;
import io.gantry.container.spec.FileOwner;
import io.gantry.error.EngineException;
import io.gantry.image.CommitRequest;
import io.gantry.image.Image;
import io.gantry.image.ImageService;
import io.gantry.image.Reference;
import io.gantry.image.config.RunConfig;
import io.gantry.layers.ArchiveRoot;
import io.gantry.layers.ExtractOptions;
import io.gantry.layers.KindConflictException;
import io.gantry.layers.LayerDiff;
import io.gantry.layers.Owner;
import io.gantry.layers.PathStat;
import io.gantry.layers.ReadOnlyTargetException;
import io.gantry.layers.TreeArchive;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.PlatformThread;
import io.gantry.linux.file.Directory;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.storage.Change;
import io.gantry.plugins.storage.StorageDriver;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.springframework.stereotype.Component;

/**
 * The files of containers: {@code cp}, {@code export}, {@code diff}, {@code commit} and sizes.
 * While files go in or out the container's lock is not held: it can be started, stopped and
 * renamed, only its removal waits ({@link RootFileSystems#hold}).
 */
@Component
public final class ContainerFiles {

  private static final int AT_ONCE = 256;

  private final Containers containers;
  private final StorageDriver storage;
  private final ImageService images;
  private final RootFileSystems roots;
  private final Freezer freezer;
  private final ContainerEvents events;
  private final ContainerPaths paths;
  private final AtomicLong count = new AtomicLong();
  private final Semaphore atOnce = new Semaphore(AT_ONCE);

  ContainerFiles(
      Containers containers,
      StorageDriver storage,
      ImageService images,
      RootFileSystems roots,
      Freezer freezer,
      ContainerEvents events,
      ContainerPaths paths) {
    this.containers = containers;
    this.storage = storage;
    this.images = images;
    this.roots = roots;
    this.freezer = freezer;
    this.events = events;
    this.paths = paths;
  }

  /** How much room a container takes: its own changes, and all it sees; bytes. */
  public record Size(long changes, long all) {}

  @FunctionalInterface
  private interface Work<T extends @org.jspecify.annotations.Nullable Object> {
    T on(ArchiveRoot files) throws IOException;
  }

  private <T extends @org.jspecify.annotations.Nullable Object> T with(
      String reference, Work<T> work) throws IOException {
    ContainerHandle handle = containers.handle(reference);
    return onThread(
        () -> {
          try (RootFileSystems.Hold hold = roots.hold(handle);
              FileAccess files = open(handle, hold)) {
            return work.on(files.root());
          }
        });
  }

  /**
   * Files of any number and length are no work for the threads of requests. Clients may stand still
   * in the middle, so there are only so many at a time; others wait.
   */
  private <T extends @org.jspecify.annotations.Nullable Object> T onThread(
      PlatformThread.Work<T, IOException> work) throws IOException {
    try {
      atOnce.acquire();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while other copies went on");
    }
    try {
      return PlatformThread.call("container-files", work);
    } finally {
      atOnce.release();
    }
  }

  private FileAccess open(ContainerHandle handle, RootFileSystems.Hold hold) throws IOException {
    Container container = handle.current();
    Path rootfs = hold.root();
    if (container.state().isRunning()) {
      Optional<FileAccess> running = FileAccess.running(container, rootfs);
      if (running.isPresent()) {
        return running.get();
      }
    }
    Path target = paths.mounts().resolve(container.id() + "-" + count.incrementAndGet());
    return FileAccess.assembled(container, rootfs, hold.sources(), target);
  }

  /** What is at a path in the container. */
  public PathStat stat(String reference, String path) throws IOException {
    return with(reference, files -> stat(files, reference, path));
  }

  private static PathStat stat(ArchiveRoot files, String reference, String path)
      throws IOException {
    try {
      return files.stat(path).orElseThrow(() -> absent(reference, path));
    } catch (ErrnoException e) {
      throw refused(e, reference, path);
    }
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
          PathStat stat = stat(files, reference, path);
          files.archive(path, head.begin(stat));
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
    try {
      with(
          reference,
          files -> {
            Optional<Owner> owner =
                ownedByUser
                    ? FileOwner.of(container.config().user(), files.path())
                    : Optional.empty();
            files.extract(path, tar, new ExtractOptions(owner, keepKinds));
            return null;
          });
    } catch (KindConflictException e) {
      throw EngineException.system(String.valueOf(e.getMessage()), e);
    } catch (ReadOnlyTargetException e) {
      throw EngineException.invalid(
          e.isRoot()
              ? "container rootfs is marked read-only"
              : "mounted volume is marked read-only");
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOTDIR && !endsAsDirectory(path)) {
        throw EngineException.invalid("extraction point is not a directory");
      }
      throw refused(e, reference, path);
    }
    events.publish(container, "extract-to-dir");
  }

  private static boolean endsAsDirectory(String path) {
    return path.endsWith("/") || path.endsWith("/.");
  }

  private static EngineException absent(String reference, String path) {
    return EngineException.notFound(
        "Could not find the file " + path + " in container " + reference);
  }

  /** Docker's answer when a path cannot be followed. */
  private static EngineException refused(ErrnoException e, String reference, String path) {
    return switch (e.errno()) {
      case Errno.ENOENT -> absent(reference, path);
      case Errno.ENOTDIR -> EngineException.system("lstat " + path + ": not a directory", e);
      case Errno.ELOOP ->
          EngineException.system("lstat " + path + ": too many levels of symbolic links", e);
      default -> EngineException.system(String.valueOf(e.getMessage()), e);
    };
  }

  /** Writes the container's whole file system, without its volumes, as a tar. */
  public void export(String reference, OutputStream out) throws IOException {
    ContainerHandle handle = containers.handle(reference);
    onThread(
        () -> {
          try (RootFileSystems.Hold hold = roots.hold(handle);
              Directory top = Directory.open(hold.root());
              TreeArchive archive = new TreeArchive(out)) {
            archive.addContent(top);
          }
          return null;
        });
    events.publish(handle.current(), "export");
  }

  /**
   * What the container changed in its image's files; what the engine puts there itself is left out.
   */
  public List<Change> changes(String reference) throws IOException {
    ContainerHandle handle = containers.handle(reference);
    try (RootFileSystems.Hold hold = roots.hold(handle)) {
      return changes(hold, handle.id());
    }
  }

  private List<Change> changes(RootFileSystems.Hold hold, String id) throws IOException {
    Optional<List<Change>> all = storage.changes(id);
    return MountPlaces.without(
        all.isPresent()
            ? all.get()
            : PlatformThread.call("changes", () -> LayerDiff.changes(hold.root())));
  }

  /** How much room it takes; none of its own when it is removed meanwhile. */
  public Size size(Container container) {
    long changes = 0;
    try {
      changes = storage.stat(container.id()).isPresent() ? changedBytes(container.id()) : 0;
    } catch (DriverException e) {
      if (storage.stat(container.id()).isPresent()) {
        throw e;
      }
    }
    long image = images.find(container.imageId()).map(Image::size).orElse(0L);
    return new Size(changes, changes + image);
  }

  private long changedBytes(String id) {
    return storage.usage(id).bytes() - storage.changes(id).map(MountPlaces::bytes).orElse(0L);
  }

  /**
   * Makes an image of a container.
   *
   * @param instructions of a Dockerfile, applied to the configuration
   * @param pause whether it is frozen meanwhile
   * @param override what of its configuration is different in the image; the rest is the
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
    Container container = handle.current();
    Status status = container.state().status();
    if (status == Status.DEAD || status == Status.REMOVING) {
      throw EngineException.conflict(
          "You cannot commit container %s which is %s"
              .formatted(container.id(), status == Status.DEAD ? "Dead" : "being removed"));
    }
    try (RootFileSystems.Hold hold = roots.hold(handle);
        Freezer.Frozen frozen = pause ? freezer.freeze(handle) : () -> {}) {
      String id =
          images.commit(
              new CommitRequest(
                  container.id(),
                  container.id(),
                  changes(hold, container.id()),
                  images.find(container.imageId()),
                  Optional.of(container.chainId()).filter(chain -> !chain.isEmpty()),
                  runConfig(override.map(own -> over(own, container)).orElse(container.config())),
                  String.join(" ", container.argv()),
                  author,
                  comment,
                  instructions,
                  target));
      events.publish(
          container,
          "commit",
          Map.of(
              "comment",
              comment,
              "imageID",
              id,
              "imageRef",
              target.map(Reference::familiar).orElse("")));
      return id;
    }
  }

  /** As the configuration of a container lies over its image's. */
  private static ContainerConfig over(ContainerConfig own, Container container) {
    ContainerConfig config = container.config();
    String umask = config.annotations().getOrDefault(ConfigMerge.UMASK, "");
    return ConfigMerge.merge(own, runConfig(config), config.hostname(), umask);
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
