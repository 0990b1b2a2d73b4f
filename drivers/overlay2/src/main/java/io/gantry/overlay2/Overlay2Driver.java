package io.gantry.overlay2;

import io.gantry.layers.LayerDiff;
import io.gantry.layers.LayerTarget;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.TreeUsage;
import io.gantry.linux.mount.LowerDirs;
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
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

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
 * A snapshot exists exactly as long as its record does: making the record is the last step of preparing, deleting it the first of removing. Ids are short, so that the paths of 128 layers are not
 * longer than they must be; where they do not fit into a page, {@link io.gantry.linux.mount.Mounts} has other ways.
 */
final class Overlay2Driver implements StorageDriver {

  /** As Docker's: overlayfs itself takes 500. */
  private static final int MAX_DEPTH = 128;

  private static final int MAX_KEY = 255;

  private final Path root;
  private final DriverDirectories directories;
  private final String backing;
  private final Optional<Quotas> quota;
  private final OptionalLong defaultSize;
  private final List<String> plainOptions = Backing.plainOptions();
  private final String boot;

  /** Guards the index, and with it which records there are; held for a few system calls at most. */
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by {@link #lock}. */
  private final Index index;

  private final Ids ids = new Ids();

  private Overlay2Driver(
      Path root,
      DriverDirectories directories,
      String backing,
      Optional<Quotas> quota,
      OptionalLong defaultSize)
      throws ErrnoException {
    this.root = root;
    this.directories = directories;
    this.backing = backing;
    this.quota = quota;
    this.defaultSize = defaultSize;
    this.boot = BootId.current();
    this.index =
        new Recovery(directories.records(), directories.snapshots(), directories.trash(), boot)
            .recover();
    directories.trash().empty();
  }

  static Overlay2Driver open(Path root, Overlay2Options options) throws ErrnoException {
    CoveringMount.hidingRecords(root, DriverDirectories.KEYS)
        .ifPresent(
            mount -> {
              throw new DriverException(
                  Kind.SYSTEM,
                  "overlay2: " + CoveringMount.describe(mount, root)
                      + "; to get them back: " + CoveringMount.remedy(mount));
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
      if (!Backing.tellsTypes(directories.root())) {
        throw new DriverException(
            Kind.SYSTEM,
            "overlay2: the backing " + backing + " filesystem of " + root
                + " is formatted without d_type support, which overlayfs needs");
      }
      Optional<Quotas> quota = Quotas.open(directories.root(), directories.snapshots());
      if (options.size().isPresent() && quota.isEmpty()) {
        throw new DriverException(
            Kind.INVALID,
            "Storage option overlay2.size not supported. Filesystem does not support Project Quota: "
                + root + " is not mounted with pquota");
      }
      return new Overlay2Driver(root, directories, backing, quota, options.size());
    } catch (ErrnoException | RuntimeException e) {
      directories.close();
      throw e;
    }
  }

  @Override
  public void prepare(String key, String parent, Map<String, String> options) {
    OptionalLong size = Overlay2Options.snapshotSize(options);
    if (size.isPresent() && quota.isEmpty()) {
      throw new DriverException(
          Kind.INVALID,
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
    checkKey(key);
    Record record = locked(() -> newRecord(action, kind, key, parent));
    try {
      if (record.hasDirectory()) {
        FailPoint.hit("overlay2." + action + ".begin");
        directories.make(record.id(), record.parentId(), limit(size));
        FailPoint.hit("overlay2." + action + ".directories");
      }
      lock.lock();
      try {
        requireUsable(action, key, parent);
        directories.records().create(record);
        index.add(record);
      } finally {
        lock.unlock();
      }
      FailPoint.hit("overlay2." + action + ".recorded");
    } catch (ErrnoException e) {
      discard(record);
      throw failure(action, key, e);
    } catch (RuntimeException e) {
      discard(record);
      throw e;
    }
  }

  private DriverDirectories.Limit limit(OptionalLong size) {
    return size.isPresent() && quota.isPresent()
        ? directory -> quota.get().limit(directory, size.getAsLong())
        : directory -> {};
  }

  private Record newRecord(String action, SnapshotKind kind, String key, String parent) {
    requireUsable(action, key, parent);
    String parentId = parent.isEmpty() ? "" : index.find(parent).orElseThrow().id();
    Record record = new Record(key, kind, ids.next(index), parentId, new Usage(0, 0), "");
    int depth = index.parentsOf(record).size();
    if (depth > MAX_DEPTH) {
      throw new DriverException(
          Kind.INVALID,
          action + " snapshot " + key + ": max depth exceeded: " + depth + " layers, at most "
              + MAX_DEPTH + " can be stacked");
    }
    return record;
  }

  private void requireUsable(String action, String key, String parent) {
    requireFree(action, key);
    if (!parent.isEmpty()) {
      Record below = require(action, parent);
      if (below.kind() != SnapshotKind.COMMITTED) {
        throw new DriverException(
            Kind.CONFLICT,
            action + " snapshot " + key + ": parent " + parent + " is not committed");
      }
    }
  }

  /** Takes back what a failed call has made so far. */
  private void discard(Record record) {
    if (locked(() -> index.hasId(record.id()))) {
      return;
    }
    try {
      if (directories.snapshots().find(record.id()).isPresent()) {
        directories.trash().take(directories.snapshots(), record.id());
      }
    } catch (ErrnoException e) {
      System.getLogger(Overlay2Driver.class.getName())
          .log(System.Logger.Level.WARNING, "overlay2: a directory is left over", e);
    }
  }

  @Override
  public List<MountSpec> mounts(String key) {
    Record record = locked(() -> require("mount", key));
    List<Path> lowers = lowers(record);
    if (record.kind() == SnapshotKind.COMMITTED) {
      throw new DriverException(
          Kind.CONFLICT, "mount snapshot " + key + ": it is committed; view it");
    }
    if (record.kind() == SnapshotKind.VIEW) {
      return List.of(
          switch (lowers.size()) {
            case 0 -> bind(root.resolve(DriverDirectories.EMPTY), "ro");
            case 1 -> bind(lowers.getFirst(), "ro");
            default -> overlay(List.of("ro", "lowerdir=" + LowerDirs.join(lowers)));
          });
    }
    if (lowers.isEmpty()) {
      return List.of(bind(diff(record.id()), "rw"));
    }
    return List.of(
        overlay(
            List.of(
                "lowerdir=" + LowerDirs.join(lowers),
                "upperdir=" + diff(record.id()),
                "workdir=" + work(record.id()))));
  }

  private MountSpec overlay(List<String> own) {
    List<String> options = new ArrayList<>(plainOptions);
    options.addAll(own);
    return new MountSpec("overlay", "overlay", options);
  }

  private static MountSpec bind(Path source, String access) {
    return new MountSpec("bind", source.toString(), List.of("rbind", access));
  }

  @Override
  public void commit(String name, String key) {
    checkKey(name);
    Record active = locked(() -> requireCommittable(name, key));
    try {
      Usage usage = measure(active);
      Record committed = active.committed(name, usage, boot);
      FailPoint.hit("overlay2.commit.measured");
      lock.lock();
      try {
        requireCommittable(name, key);
        directories.records().create(committed);
        FailPoint.hit("overlay2.commit.recorded");
        directories.records().delete(key);
        index.remove(active);
        index.add(committed);
      } finally {
        lock.unlock();
      }
      FailPoint.hit("overlay2.commit.done");
      directories.dropWork(active.id());
    } catch (ErrnoException e) {
      throw failure("commit", key, e);
    }
  }

  private Record requireCommittable(String name, String key) {
    Record record = require("commit", key);
    if (record.kind() != SnapshotKind.ACTIVE) {
      throw new DriverException(
          Kind.CONFLICT, "commit snapshot " + key + ": it is not active");
    }
    requireFree("commit", name);
    return record;
  }

  @Override
  public void remove(String key) {
    Optional<Record> removed = locked(() -> forget(key));
    if (removed.isEmpty() || !removed.get().hasDirectory()) {
      return;
    }
    FailPoint.hit("overlay2.remove.forgotten");
    try {
      directories.trash().take(directories.snapshots(), removed.get().id());
    } catch (ErrnoException e) {
      throw failure("remove", key, e);
    }
    FailPoint.hit("overlay2.remove.trashed");
  }

  private Optional<Record> forget(String key) {
    Optional<Record> record = index.find(key);
    if (record.isEmpty()) {
      return record;
    }
    int children = index.childrenOf(record.get());
    if (children > 0) {
      throw new DriverException(
          Kind.CONFLICT,
          "remove snapshot " + key + ": " + children + " other snapshots are based on it");
    }
    try {
      directories.records().delete(key);
    } catch (ErrnoException e) {
      throw failure("remove", key, e);
    }
    index.remove(record.get());
    return record;
  }

  @Override
  public Usage usage(String key) {
    Record record = locked(() -> require("measure", key));
    try {
      return record.kind() == SnapshotKind.ACTIVE ? measure(record) : record.usage();
    } catch (ErrnoException e) {
      throw failure("measure", key, e);
    }
  }

  private Usage measure(Record record) throws ErrnoException {
    try (Directory files = directories.diff(record.id())) {
      TreeUsage usage = TreeUsage.of(files);
      return new Usage(usage.bytes(), usage.inodes());
    }
  }

  @Override
  public Optional<Snapshot> stat(String key) {
    return locked(() -> index.find(key).map(this::snapshot));
  }

  @Override
  public List<Snapshot> walk() {
    return locked(() -> index.all().stream().map(this::snapshot).toList());
  }

  private Snapshot snapshot(Record record) {
    return record.snapshot(index.keyOf(record.parentId()));
  }

  @Override
  public Optional<List<Change>> changes(String key) {
    Record record = locked(() -> require("compare", key));
    try {
      return Optional.of(
          switch (record.kind()) {
            case VIEW -> List.of();
            case ACTIVE, COMMITTED -> {
              List<Path> lowers = lowers(record);
              yield lowers.isEmpty()
                  ? LayerDiff.changes(diff(record.id()))
                  : LayerDiff.changes(new LayerTarget.Overlay(diff(record.id()), lowers));
            }
          });
    } catch (IOException e) {
      throw failure("compare", key, e);
    }
  }

  @Override
  public Map<String, String> details(String key) {
    Record record = locked(() -> require("inspect", key));
    List<Path> lowers = lowers(record);
    Map<String, String> details = new LinkedHashMap<>();
    if (!lowers.isEmpty()) {
      details.put("LowerDir", String.join(":", lowers.stream().map(Path::toString).toList()));
    }
    if (record.hasDirectory()) {
      details.put("MergedDir", directory(record.id()).resolve("merged").toString());
      details.put("UpperDir", diff(record.id()).toString());
      details.put("WorkDir", work(record.id()).toString());
    }
    return details;
  }

  @Override
  public void sync() {
    List<Record> fresh =
        locked(() -> index.all().stream().filter(r -> !r.isSynced()).toList());
    try {
      directories.root().fd().syncFileSystem();
      FailPoint.hit("overlay2.sync.data");
      if (fresh.isEmpty()) {
        return;
      }
      for (Record record : fresh) {
        markSynced(record);
      }
      directories.root().fd().syncFileSystem();
    } catch (ErrnoException e) {
      throw new DriverException(Kind.SYSTEM, "overlay2: sync: " + e.getMessage(), e);
    }
  }

  private void markSynced(Record record) throws ErrnoException {
    lock.lock();
    try {
      if (index.find(record.key()).filter(record::equals).isPresent()) {
        directories.records().replace(record.synced());
        index.replace(record.synced());
      }
    } finally {
      lock.unlock();
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
    return new Checkup(root, directories).problems();
  }

  @Override
  public void repair(StorageProblem problem) {
    new Checkup(root, directories).repair(problem);
  }

  @Override
  public void close() {
    directories.close();
  }

  private List<Path> lowers(Record record) {
    return locked(() -> index.parentsOf(record)).stream().map(this::diff).toList();
  }

  private Path directory(String id) {
    return root.resolve(DriverDirectories.SNAPSHOTS).resolve(id);
  }

  private Path diff(String id) {
    return directory(id).resolve(DriverDirectories.DIFF);
  }

  private Path work(String id) {
    return directory(id).resolve(DriverDirectories.WORK);
  }

  private void requireFree(String action, String key) {
    if (index.find(key).isPresent()) {
      throw new DriverException(
          Kind.CONFLICT, action + " snapshot " + key + ": it exists already");
    }
  }

  private Record require(String action, String key) {
    return index
        .find(key)
        .orElseThrow(
            () ->
                new DriverException(
                    Kind.NOT_FOUND, action + " snapshot " + key + ": it does not exist"));
  }

  private static void checkKey(String key) {
    int length = key.getBytes(StandardCharsets.UTF_8).length;
    if (length == 0 || length > MAX_KEY || key.indexOf('\0') >= 0) {
      throw new DriverException(
          Kind.INVALID, "snapshot key \"" + key + "\": not 1 to " + MAX_KEY + " bytes");
    }
  }

  private <T> T locked(Supplier<T> action) {
    lock.lock();
    try {
      return action.get();
    } finally {
      lock.unlock();
    }
  }

  /** A missing directory may mean that something is mounted over all of them: then that is what is said. */
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
