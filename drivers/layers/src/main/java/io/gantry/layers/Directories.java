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

  private final Directory root;
  private final String base;
  private final List<Directory> forgotten = new ArrayList<>();
  private final LinkedHashMap<String, Directory> open = new LinkedHashMap<>(KEPT * 2, 0.75f, true);

  /**
   * @param base the directory within the root that paths are relative to; empty for the root
   */
  Directories(Directory root, String base) {
    this.root = root;
    this.base = base;
  }

  /** The directory at a path. It stays open at least until the call after the next one. */
  Directory get(String path) throws ErrnoException {
    closeForgotten();
    Directory known = open.get(path);
    if (known != null) {
      return known;
    }
    Directory directory = root.openDirectoryInRoot(base.isEmpty() ? path : base + "/" + path);
    open.put(path, directory);
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
