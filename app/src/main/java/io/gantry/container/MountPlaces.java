package io.gantry.container;

import io.gantry.container.record.Container;
import io.gantry.container.record.Mount;
import io.gantry.container.record.MountPoint;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.OpenFlag;
import io.gantry.plugins.storage.Change;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Docker has in every container below the user's own changes (its init layer): places for the
 * mounts the engine itself makes, and {@code /.dockerenv}, by which programs tell that they are in
 * a container. Here it lies in the container's own layer; what users see of a container's changes
 * is without it, and without directories that changed only because of it.
 */
final class MountPlaces {

  private static final String MTAB = "/etc/mtab";
  private static final String MOUNTS = "/proc/mounts";

  /** In the order in which they are made; true for directories. */
  private static final Map<String, Boolean> ALWAYS = new LinkedHashMap<>();

  static {
    for (String directory : List.of("/dev", "/dev/pts", "/dev/shm", "/proc", "/sys")) {
      ALWAYS.put(directory, true);
    }
    for (String file :
        List.of("/.dockerenv", "/dev/console", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf")) {
      ALWAYS.put(file, false);
    }
  }

  /** What a runtime makes besides. */
  private static final Set<String> HIDDEN = new HashSet<>(ALWAYS.keySet());

  static {
    HIDDEN.add("/dev/mqueue");
    HIDDEN.add(MTAB);
  }

  private MountPlaces() {}

  /**
   * Makes what is missing, in the root file system of a container that does not run. The image's
   * links are followed within it.
   */
  static void make(Path rootfs, Container container) throws IOException {
    try (Directory root = Directory.open(rootfs, "/")) {
      for (Map.Entry<String, Boolean> place : ALWAYS.entrySet()) {
        makeIfPossible(root, place.getKey(), place.getValue());
      }
      makeMtab(root);
      for (MountPoint mount : container.mounts()) {
        if (mount.type().equals("tmpfs")) {
          makeForTmpfs(root, mount.destination());
        } else if (!isPart(mount)) {
          makeIfPossible(root, mount.destination(), !isFile(mount));
        }
      }
      for (String destination : container.hostConfig().tmpfs().keySet()) {
        makeForTmpfs(root, destination);
      }
    }
  }

  /** A tmpfs has the mode of the place it covers: one made for it is for everybody. */
  private static void makeForTmpfs(Directory root, String destination) throws ErrnoException {
    String path = Path.of("/", destination).normalize().toString();
    try (Directory there = root.openDirectoryInRoot(path)) {
      return;
    } catch (ErrnoException e) {
      orThrow(e);
    }
    makeIfPossible(root, path, true);
    try (Directory made = root.openDirectoryInRoot(path)) {
      made.fd().chmod(01777);
    } catch (ErrnoException e) {
      orThrow(e);
    }
  }

  /** How much room what the engine itself made takes, among these changes. */
  static long bytes(List<Change> changes) {
    boolean linked =
        changes.stream()
            .anyMatch(change -> change.kind() == Change.Kind.ADDED && change.path().equals(MTAB));
    return linked ? MOUNTS.length() : 0;
  }

  private static void makeMtab(Directory root) throws ErrnoException {
    try (Directory etc = root.openDirectoryInRoot("etc")) {
      if (etc.find("mtab").isEmpty()) {
        etc.makeSymbolicLink("mtab", MOUNTS);
      }
    } catch (ErrnoException e) {
      orThrow(e);
    }
  }

  private static boolean isFile(MountPoint mount) {
    Path source = Path.of(mount.source());
    return mount.type().equals("bind") && Files.exists(source) && !Files.isDirectory(source);
  }

  /** Whether it is a part of a volume or an image, of which nobody knows yet what it is. */
  private static boolean isPart(MountPoint mount) {
    Mount.@Nullable VolumeOptions options = mount.options().volumeOptions();
    Mount.@Nullable ImageOptions ofImage = mount.options().imageOptions();
    return options != null && !options.subpath().isEmpty()
        || ofImage != null && !ofImage.subpath().isEmpty();
  }

  private static void makeIfPossible(Directory root, String destination, boolean directory)
      throws ErrnoException {
    try {
      make(root, destination, directory);
    } catch (ErrnoException e) {
      orThrow(e);
    }
  }

  /** Where the image has something in the way, the runtime says so if it minds. */
  private static void orThrow(ErrnoException e) throws ErrnoException {
    if (e.errno() != Errno.ENOENT && e.errno() != Errno.ENOTDIR && e.errno() != Errno.ELOOP) {
      throw e;
    }
  }

  /**
   * The place of a mount, made with its parents when it is not there; it may lie behind the
   * container's own links but never outside of the root.
   */
  static Fd open(Directory root, String destination, boolean directory) throws ErrnoException {
    make(root, destination, directory);
    return root.openInRoot(destination.substring(1), OpenFlag.PATH, 0);
  }

  private static void make(Directory root, String destination, boolean directory)
      throws ErrnoException {
    String parent = parent(destination);
    try {
      makeIn(root, parent, destination, directory);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOENT || parent.equals("/")) {
        throw e;
      }
      make(root, parent, true);
      makeIn(root, parent, destination, directory);
    }
  }

  private static void makeIn(Directory root, String parent, String destination, boolean directory)
      throws ErrnoException {
    try (Directory in = root.openDirectoryInRoot(parent)) {
      makeName(in, destination.substring(destination.lastIndexOf('/') + 1), directory);
    }
  }

  private static void makeName(Directory in, String name, boolean directory) throws ErrnoException {
    if (in.find(name).isPresent()) {
      return;
    }
    if (directory) {
      in.makeDirectory(name, 0755);
      try (Directory made = in.openDirectory(name)) {
        made.fd().chmod(0755);
      }
    } else {
      try (Fd made = in.open(name, OpenFlag.CREATE | OpenFlag.WRITE_ONLY, 0755)) {
        made.chmod(0755);
      }
    }
  }

  /** The changes that are the container's own. */
  static List<Change> without(List<Change> sorted) {
    Set<String> madeFor = new HashSet<>();
    Set<String> changedIn = new HashSet<>();
    List<Change> kept = new ArrayList<>();
    for (Change change : sorted) {
      if (HIDDEN.contains(change.path()) && change.kind() != Change.Kind.DELETED) {
        madeFor.add(parent(change.path()));
      } else {
        kept.add(change);
        if (change.kind() != Change.Kind.MODIFIED && !change.path().equals("/etc")) {
          changedIn.add(parent(change.path()));
        }
      }
    }
    for (int i = kept.size() - 1; i >= 0; i--) {
      Change change = kept.get(i);
      boolean onlyForPlaces =
          (change.kind() == Change.Kind.MODIFIED || change.path().equals("/etc"))
              && madeFor.contains(change.path())
              && !changedIn.contains(change.path());
      if (onlyForPlaces) {
        kept.remove(i);
      } else {
        changedIn.add(parent(change.path()));
      }
    }
    return kept;
  }

  private static String parent(String path) {
    int slash = path.lastIndexOf('/');
    return slash <= 0 ? "/" : path.substring(0, slash);
  }
}
