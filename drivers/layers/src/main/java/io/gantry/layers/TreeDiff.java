package io.gantry.layers;

import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.FileStat;
import io.gantry.plugins.storage.Change;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The changes between two trees, found by walking both. */
final class TreeDiff {

  private final List<Change> changes = new ArrayList<>();

  List<Change> changes(Directory now, Optional<Directory> before) throws IOException {
    directory(now, before, "/", false);
    return LayerDiff.sorted(changes);
  }

  private void directory(Directory now, Optional<Directory> before, String path, boolean listed)
      throws IOException {
    int from = changes.size();
    Set<String> gone = new HashSet<>();
    if (before.isPresent()) {
      before.get().list().forEach(entry -> gone.add(entry.name()));
    }
    for (DirectoryEntry child : now.list()) {
      gone.remove(child.name());
      child(now, before, child.name(), LayerDiff.child(path, child.name()));
    }
    for (String name : gone) {
      changes.add(new Change(LayerDiff.child(path, name), Change.Kind.DELETED));
    }
    LayerDiff.mentionDirectory(changes, from, path, listed);
  }

  private void child(Directory now, Optional<Directory> before, String name, String path)
      throws IOException {
    Optional<FileStat> nowStat = now.find(name);
    Optional<FileStat> beforeStat = before.isPresent() ? before.get().find(name) : Optional.empty();
    if (nowStat.isEmpty()) {
      return;
    }
    boolean listed = true;
    if (beforeStat.isEmpty() || before.isEmpty()) {
      changes.add(new Change(path, Change.Kind.ADDED));
    } else if (LayerDiff.isDifferent(
        nowStat.get(), now.xattrs(name), beforeStat.get(), before.get().xattrs(name))) {
      changes.add(new Change(path, Change.Kind.MODIFIED));
    } else {
      listed = false;
    }
    if (nowStat.get().isDirectory()) {
      Optional<Directory> beforeBelow =
          before.isPresent() && beforeStat.isPresent() && beforeStat.get().isDirectory()
              ? Optional.of(before.get().openDirectory(name))
              : Optional.empty();
      try (Directory below = now.openDirectory(name)) {
        directory(below, beforeBelow, path, listed);
      } finally {
        beforeBelow.ifPresent(Directory::close);
      }
    }
  }
}
