package io.gantry.plugins.storage;

import io.gantry.plugins.Driver;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.StatusRow;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps snapshots of file trees. A snapshot is prepared on top of a committed one, filled by
 * whoever mounts it, and then either committed (an image's layer) or kept as it is (a container's
 * files). The idea and the names are those of containerd's snapshotters.
 *
 * <p><b>Keys</b> are arbitrary strings of 1 to 255 bytes in UTF-8, one name space for all kinds;
 * the driver never interprets them.
 *
 * <p><b>Threads.</b> Every method may be called at any time from any thread. Calls for different
 * keys do not wait for one another longer than a few file operations take. The engine does not use
 * one key for two things at once.
 *
 * <p><b>A killed process.</b> Each of {@code prepare}, {@code view}, {@code commit} and {@code
 * remove} happens wholly or not at all: whatever the moment the process ends at, the next {@code
 * open} finds the state before the call or the one after it, and gives back the space of what was
 * left half-done.
 *
 * <p><b>A power cut.</b> What these methods did is durable once a later {@link #sync()} has
 * returned. Without one, a power cut may undo the call but never leaves half of it: in particular a
 * snapshot whose commit was not yet synced is found as before or not at all, never with files
 * missing or cut short. (What a container wrote and synced itself is as durable as its file system
 * makes it.)
 *
 * <p><b>Errors</b> are {@link DriverException}s naming the key: NOT_FOUND, CONFLICT (exists
 * already, has children, wrong kind), INVALID (options), SYSTEM. A failed call changes nothing.
 */
public interface StorageDriver extends Driver {

  /** In place of a parent's key: nothing below. */
  String NO_PARENT = "";

  /**
   * Makes a writable snapshot that looks like its parent.
   *
   * @param parent a committed snapshot, or {@link #NO_PARENT} for an empty tree with a root
   *     directory of mode 0755
   * @param options for this snapshot alone ({@code --storage-opt}), for instance {@code size=10G};
   *     one the driver does not know is refused by name, with the kind that Docker's status for it
   *     asks for
   */
  void prepare(String key, String parent, Map<String, String> options);

  /** Makes a read-only snapshot that shows its parent. */
  void view(String key, String parent);

  /**
   * What to mount, in this order and on the same directory, to see the files of an active snapshot
   * or a view. Mounts nothing. Always the same answer for a key as long as it lives; only one place
   * at a time may have an active snapshot mounted.
   */
  List<MountSpec> mounts(String key);

  /**
   * Ends the changes of the active snapshot {@code key} and keeps it as the committed snapshot
   * {@code name}; {@code key} is gone. It must not be mounted any more.
   */
  void commit(String name, String key);

  /**
   * Deletes a snapshot that has no children and is not mounted. One that does not exist is fine:
   * then nothing happens. The name is free at once; the space may come back later.
   */
  void remove(String key);

  /**
   * What a snapshot takes. For a committed one the answer costs nothing; for an active one it may
   * take a walk over the files that were changed in it, which may be changing meanwhile.
   */
  Usage usage(String key);

  Optional<Snapshot> stat(String key);

  /** All snapshots there are, in no order. */
  List<Snapshot> walk();

  /**
   * What an active snapshot or a view has changed compared with its parent, sorted, in the manner
   * of {@code docker diff}: entries of new directories are listed, what was in a deleted one is
   * not, and a directory something changed in is itself listed as modified, except the root. Empty
   * when the driver has no faster way than to compare both trees; the engine then does that.
   */
  default Optional<List<Change>> changes(String key) {
    return Optional.empty();
  }

  /** What to show in {@code inspect} as {@code GraphDriver.Data} for a snapshot: paths, devices. */
  Map<String, String> details(String key);

  /** Makes all that was done before durable. One call serves any number of commits. */
  void sync();

  /** What to show in {@code docker info} below the driver's name. */
  List<StatusRow> status();

  /**
   * What is wrong with the storage now; empty when all is well. Cheap enough for a health check.
   */
  List<StorageProblem> check();

  /** Mends a problem that {@link #check()} named, if it is still there. */
  default void repair(StorageProblem problem) {
    throw new DriverException(
        DriverException.Kind.UNSUPPORTED, "cannot repair: " + problem.description());
  }
}
