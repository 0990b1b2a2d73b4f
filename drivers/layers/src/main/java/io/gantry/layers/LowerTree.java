package io.gantry.layers;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.Xattrs;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The layers below an overlay as overlayfs merges them, read without mounting: a path's topmost
 * appearance counts, a whiteout or a file hides what is further down, an opaque directory hides the
 * directories below it. The layers never change.
 */
final class LowerTree implements AutoCloseable {

  private final Level top;

  LowerTree(List<Path> layers) throws ErrnoException {
    List<Directory> roots = new ArrayList<>(layers.size());
    try {
      for (Path layer : layers) {
        roots.add(Directory.open(layer));
      }
    } catch (ErrnoException e) {
      roots.forEach(Directory::close);
      throw e;
    }
    top = new Level(roots);
  }

  /** What is at a path. The attributes can be read as long as the level it was found in is open. */
  record Found(FileStat stat, Xattrs xattrs) {}

  /** The root directories together. */
  Level top() {
    return top;
  }

  /** Something done with what was found. */
  interface Use {
    void with(Found found) throws ErrnoException;
  }

  /** Does something with what is at a clean path, unless nothing is there. Not for the root. */
  void find(String path, Use use) throws ErrnoException {
    Level level = top;
    String[] parts = path.split("/");
    try {
      for (int i = 0; i < parts.length - 1; i++) {
        Level next = level.enter(parts[i]);
        if (level != top) {
          level.close();
        }
        level = next;
      }
      Optional<Found> found = level.find(parts[parts.length - 1]);
      if (found.isPresent()) {
        use.with(found.get());
      }
    } finally {
      if (level != top) {
        level.close();
      }
    }
  }

  @Override
  public void close() {
    top.close();
  }

  /**
   * One directory in all layers that take part in it, topmost first; none where there is no such
   * directory.
   */
  static final class Level implements AutoCloseable {

    private final List<Directory> layers;

    Level(List<Directory> layers) {
      this.layers = layers;
    }

    Optional<Found> find(String name) throws ErrnoException {
      for (Directory layer : layers) {
        Optional<FileStat> stat = layer.find(name);
        if (stat.isPresent()) {
          return Whiteouts.isOverlayWhiteout(stat.get())
              ? Optional.empty()
              : stat.map(s -> new Found(s, layer.xattrs(name)));
        }
      }
      return Optional.empty();
    }

    /** The directory of that name; an empty level where there is none. The caller closes it. */
    Level enter(String name) throws ErrnoException {
      List<Directory> entered = new ArrayList<>();
      try {
        for (Directory layer : layers) {
          Optional<FileStat> stat = layer.find(name);
          if (stat.isEmpty()) {
            continue;
          }
          if (!stat.get().isDirectory()) {
            break;
          }
          entered.add(layer.openDirectory(name));
          if (layer.xattrs(name).get(Whiteouts.OPAQUE_XATTR).isPresent()) {
            break;
          }
        }
      } catch (ErrnoException e) {
        entered.forEach(Directory::close);
        throw e;
      }
      return new Level(entered);
    }

    /** The names visible here. */
    Set<String> names() throws ErrnoException {
      Set<String> names = new HashSet<>();
      Set<String> hidden = new HashSet<>();
      for (Directory layer : layers) {
        for (var entry : layer.list()) {
          if (names.contains(entry.name()) || hidden.contains(entry.name())) {
            continue;
          }
          boolean whiteout =
              entry.type() == FileStat.CHARACTER_DEVICE
                  && Whiteouts.isOverlayWhiteout(layer.stat(entry.name()));
          (whiteout ? hidden : names).add(entry.name());
        }
      }
      return names;
    }

    @Override
    public void close() {
      layers.forEach(Directory::close);
    }
  }
}
