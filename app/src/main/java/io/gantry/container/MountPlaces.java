package io.gantry.container;

import io.gantry.plugins.storage.Change;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Paths that appear in a container's own layer only because something is mounted there: the runtime
 * makes the places. What users see of a container's changes is without them, and without
 * directories that changed only because of them.
 */
final class MountPlaces {

  private static final Set<String> ALWAYS =
      Set.of(
          "/dev",
          "/dev/console",
          "/dev/pts",
          "/dev/shm",
          "/dev/mqueue",
          "/proc",
          "/sys",
          "/etc/hosts",
          "/etc/hostname",
          "/etc/resolv.conf");

  private MountPlaces() {}

  /** The changes that are the container's own. */
  static List<Change> without(Container container, List<Change> sorted) {
    Set<String> places = new HashSet<>(ALWAYS);
    container.mounts().forEach(mount -> places.add(mount.destination()));
    Set<String> madeFor = new HashSet<>();
    Set<String> changedIn = new HashSet<>();
    List<Change> kept = new ArrayList<>();
    for (Change change : sorted) {
      if (places.contains(change.path())) {
        madeFor.add(parent(change.path()));
      } else {
        kept.add(change);
        if (change.kind() != Change.Kind.MODIFIED) {
          changedIn.add(parent(change.path()));
        }
      }
    }
    for (int i = kept.size() - 1; i >= 0; i--) {
      Change change = kept.get(i);
      boolean onlyForPlaces =
          change.kind() == Change.Kind.MODIFIED
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
