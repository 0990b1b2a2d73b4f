package io.gantry.overlay2;

import io.gantry.layers.LayerDiff;
import io.gantry.layers.LayerTarget;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.Kernel;
import io.gantry.linux.PlatformThread;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.TreeUsage;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.StatusRow;
import io.gantry.plugins.storage.Change;
import io.gantry.plugins.storage.MountSpec;
import io.gantry.plugins.storage.Snapshot;
import io.gantry.plugins.storage.SnapshotKind;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.plugins.storage.StorageProblem;
import io.gantry.plugins.storage.Usage;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Snapshots as directories that overlayfs stacks. Below the driver's directory:
 *
 * <pre>
 * snapshots/&lt;id&gt;/diff   the snapshot's own files
 * snapshots/&lt;id&gt;/work   overlayfs's own, while the snapshot is active
 * keys/&lt;hash of key&gt;    its record: a symbolic link to nowhere, see {@link RecordStore}
 * empty/                what a view of nothing shows
 * trash/                what is being deleted
 * </pre>
 *
 * A snapshot exists exactly as long as its record does: making the record is the last step of
 * preparing, deleting it the first of removing. Ids are short, so that the paths of 128 layers are
 * not longer than they must be; where they do not fit into a page, {@link
 * io.gantry.linux.mount.Mounts} has other ways.
 */
final class Overlay2Driver implements StorageDriver {

  private static final Logger LOG = System.getLogger(Overlay2Driver.class.getName());

  private final DriverDirectories directories;
  private final Layout layout;
  private final Catalog catalog;
  private final String backing;
  private final Optional<Quotas> quotas;
  private final OptionalLong defaultSize;
  private final Checkup checkup;

  private Overlay2Driver(
      DriverDirectories directories,
      Path root,
      Catalog catalog,
      String backing,
      Optional<Quotas> quotas,
      OptionalLong defaultSize) {
    this.directories = directories;
    this.layout = new Layout(root);
    this.catalog = catalog;
    this.backing = backing;
    this.quotas = quotas;
    this.defaultSize = defaultSize;
    this.checkup = new Checkup(root, directories);
  }

  static Overlay2Driver open(Path root, Overlay2Options options) throws ErrnoException {
    CoveringMount.hidingRecords(root, DriverDirectories.KEYS)
        .ifPresent(
            mount -> {
              throw new DriverException(
                  Kind.SYSTEM,
                  "overlay2: "
                      + CoveringMount.describe(mount, root)
                      + "; to get them back: "
                      + CoveringMount.remedy(mount));
            });
    String backing = Backing.name(root);
    if (!Backing.isFit(backing)) {
      throw new DriverException(
          Kind.SYSTEM, "overlay2 is not supported over " + backing + " (" + root + ")");
    }
    if (options.size().isPresent() && !backing.equals("xfs")) {
      throw new DriverException(
          Kind.INVALID,
          "Storage Option overlay2.size only supported for backingFS XFS. Found " + backing);
    }
    DriverDirectories directories = DriverDirectories.open(root);
    try {
      return open(directories, root, backing, options.size());
    } catch (ErrnoException | RuntimeException e) {
      directories.close();
      throw e;
    }
  }

  private static Overlay2Driver open(
      DriverDirectories directories, Path root, String backing, OptionalLong size)
      throws ErrnoException {
    if (!Backing.tellsTypes(directories.root())) {
      throw new DriverException(
          Kind.SYSTEM,
          "overlay2: the backing "
              + backing
              + " filesystem of "
              + root
              + " is formatted without d_type support, which overlayfs needs");
    }
    Optional<Quotas> quotas = Quotas.open(directories.root(), directories.snapshots());
    if (size.isPresent() && quotas.isEmpty()) {
      throw new DriverException(
          Kind.INVALID,
          "Storage option overlay2.size not supported. Filesystem does not support Project Quota: "
              + root
              + " is not mounted with pquota");
    }
    String boot = Kernel.bootId();
    Index index =
        new Recovery(directories.records(), directories.snapshots(), directories.trash(), boot)
            .recover();
    directories.trash().empty();
    Catalog catalog = new Catalog(directories.records(), index, boot);
    return new Overlay2Driver(directories, root, catalog, backing, quotas, size);
  }

  @Override
  public void prepare(String key, String parent, Map<String, String> options) {
    OptionalLong size = Overlay2Options.snapshotSize(options);
    if (size.isPresent() && quotas.isEmpty()) {
      throw new DriverException(
          Kind.SYSTEM,
          "--storage-opt is supported only for overlay over xfs with 'pquota' mount option");
    }
    create("prepare", SnapshotKind.ACTIVE, key, parent, size.isPresent() ? size : defaultSize);
  }

  @Override
  public void view(String key, String parent) {
    create("view", SnapshotKind.VIEW, key, parent, OptionalLong.empty());
  }

  private void create(
      String action, SnapshotKind kind, String key, String parent, OptionalLong size) {
    SnapshotRecord record = catalog.propose(action, kind, key, parent);
    try {
      FailPoint.hit("overlay2.create.begin");
      if (record.hasDirectory()) {
        directories.make(record.id(), record.parentId(), limit(size));
        FailPoint.hit("overlay2.create.directories");
      }
      catalog.add(action, record, parent);
      FailPoint.hit("overlay2.create.recorded");
    } catch (ErrnoException e) {
      discard(record);
      if (!parent.isEmpty()) {
        // removed meanwhile, it took its directory along: that is said rather than what it led to
        catalog.require(action + " on", parent);
      }
      throw failure(action, key, e);
    } catch (RuntimeException e) {
      discard(record);
      throw e;
    }
  }

  private DriverDirectories.Limit limit(OptionalLong size) {
    return size.isPresent() && quotas.isPresent()
        ? directory -> quotas.get().limit(directory, size.getAsLong())
        : directory -> {};
  }

  /** Takes back what a failed call has made so far. */
  private void discard(SnapshotRecord record) {
    try {
      if (!catalog.has(record) && directories.snapshots().find(record.id()).isPresent()) {
        directories.trash().take(directories.snapshots(), record.id());
      }
    } catch (ErrnoException e) {
      LOG.log(Level.WARNING, "overlay2: a directory is left over until the next start", e);
    }
  }

  @Override
  public List<MountSpec> mounts(String key) {
    SnapshotRecord record = catalog.require("mount", key);
    List<String> parents = catalog.parentsOf(record);
    return switch (record.kind()) {
      case ACTIVE -> List.of(layout.active(record.id(), parents));
      case VIEW -> List.of(layout.view(parents));
      case COMMITTED ->
          throw new DriverException(
              Kind.CONFLICT, "mount snapshot " + key + ": it is committed; view it");
    };
  }

  @Override
  public void commit(String name, String key) {
    SnapshotRecord active = catalog.requireCommittable(name, key);
    try {
      Usage usage = measure(active);
      FailPoint.hit("overlay2.commit.measured");
      catalog.commit(name, active, usage);
      FailPoint.hit("overlay2.commit.done");
      directories.dropWork(active.id());
    } catch (ErrnoException e) {
      throw failure("commit", key, e);
    }
  }

  @Override
  public void remove(String key) {
    try {
      Optional<SnapshotRecord> removed = catalog.remove(key);
      FailPoint.hit("overlay2.remove.forgotten");
      if (removed.isPresent() && removed.get().hasDirectory()) {
        directories.trash().take(directories.snapshots(), removed.get().id());
      }
      FailPoint.hit("overlay2.remove.trashed");
    } catch (ErrnoException e) {
      throw failure("remove", key, e);
    }
  }

  @Override
  public Usage usage(String key) {
    SnapshotRecord record = catalog.require("measure", key);
    try {
      return record.kind() == SnapshotKind.ACTIVE ? measure(record) : record.usage();
    } catch (ErrnoException e) {
      throw failure("measure", key, e);
    }
  }

  private Usage measure(SnapshotRecord record) throws ErrnoException {
    try (Directory files = directories.diff(record.id())) {
      TreeUsage usage = TreeUsage.of(files);
      return new Usage(usage.bytes(), usage.inodes());
    }
  }

  @Override
  public Optional<Snapshot> stat(String key) {
    return catalog.find(key);
  }

  @Override
  public List<Snapshot> walk() {
    return catalog.all();
  }

  @Override
  public Optional<List<Change>> changes(String key) {
    SnapshotRecord record = catalog.require("compare", key);
    if (!record.hasDirectory()) {
      return Optional.of(List.of());
    }
    Path own = layout.diff(record.id());
    List<Path> lowers = layout.diffs(catalog.parentsOf(record));
    try {
      return Optional.of(
          PlatformThread.call(
              "changes",
              () ->
                  lowers.isEmpty()
                      ? LayerDiff.changes(own)
                      : LayerDiff.changes(new LayerTarget.Overlay(own, lowers))));
    } catch (IOException e) {
      throw failure("compare", key, e);
    }
  }

  @Override
  public Map<String, String> details(String key) {
    SnapshotRecord record = catalog.require("inspect", key);
    return layout.details(record, catalog.parentsOf(record));
  }

  @Override
  public void sync() {
    List<SnapshotRecord> fresh = catalog.notSynced();
    try {
      directories.root().fd().syncFileSystem();
      FailPoint.hit("overlay2.sync.data");
      for (SnapshotRecord record : fresh) {
        catalog.markSynced(record);
      }
      if (!fresh.isEmpty()) {
        directories.root().fd().syncFileSystem();
      }
      FailPoint.hit("overlay2.sync.done");
    } catch (ErrnoException e) {
      throw new DriverException(Kind.SYSTEM, "overlay2: sync: " + e.getMessage(), e);
    }
  }

  @Override
  public List<StatusRow> status() {
    return List.of(
        new StatusRow("Backing Filesystem", backing),
        new StatusRow("Supports d_type", "true"),
        new StatusRow("Using metacopy", "false"),
        new StatusRow("Native Overlay Diff", "true"),
        new StatusRow("userxattr", "false"));
  }

  @Override
  public List<StorageProblem> check() {
    return checkup.problems();
  }

  @Override
  public void repair(StorageProblem problem) {
    checkup.repair(problem);
  }

  @Override
  public void close() {
    directories.close();
  }

  /**
   * A missing directory may mean that something is mounted over all of them: then that is what is
   * said.
   */
  private DriverException failure(String action, String key, IOException e) {
    String hint = "";
    if (e instanceof ErrnoException errno && errno.errno() == Errno.ENOENT) {
      hint =
          check().stream()
              .findFirst()
              .map(problem -> "; " + problem.description() + ": " + problem.remedy())
              .orElse("");
    }
    return new DriverException(
        Kind.SYSTEM, action + " snapshot " + key + ": " + e.getMessage() + hint, e);
  }
}
