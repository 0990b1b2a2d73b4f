package io.gantry.layers;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Open directories below a root by path, the most recently used kept open, because an archive's
 * entries come directory by directory. Paths are resolved within the root whatever is there ({@code
 * RESOLVE_IN_ROOT}). For one thread.
 */
final class Directories implements AutoCloseable {

  private static final int KEPT = 64;

  /** Looks at each directory when it is opened. */
  interface Guard {
    void check(Directory directory) throws ErrnoException;
  }

  private final Directory root;
  private final Guard guard;
  private final List<Directory> forgotten = new ArrayList<>();
  private final LinkedHashMap<String, Directory> open = new LinkedHashMap<>(KEPT * 2, 0.75f, true);

  Directories(Directory root, Guard guard) {
    this.root = root;
    this.guard = guard;
  }

  /** The directory at a path. It stays open at least until the call after the next one. */
  Directory get(String path) throws ErrnoException {
    closeForgotten();
    Directory known = open.get(path);
    if (known != null) {
      return known;
    }
    Directory directory = root.openDirectoryInRoot(path);
    open.put(path, directory);
    guard.check(directory);
    if (open.size() > KEPT) {
      Map.Entry<String, Directory> oldest = open.pollFirstEntry();
      oldest.getValue().close();
    }
    return directory;
  }

  /**
   * To be called when a directory or a symbolic link was taken away: any path may now lead
   * elsewhere.
   */
  void forget() {
    forgotten.addAll(open.values());
    open.clear();
  }

  @Override
  public void close() {
    forget();
    closeForgotten();
  }

  private void closeForgotten() {
    forgotten.forEach(Directory::close);
    forgotten.clear();
  }
}
