package io.gantry.layers;

import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.FileStat;
import io.gantry.plugins.storage.Change;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The changes an overlay's upper directory stands for. */
final class OverlayDiff {

  private final List<Change> changes = new ArrayList<>();

  List<Change> changes(Directory upper, LowerTree.Level lower) throws IOException {
    directory(upper, lower, "/", false, false);
    return LayerDiff.sorted(changes);
  }

  /**
   * @param listed whether the directory itself is among the changes already
   * @param underOpaque whether a directory above hides all that is below it
   */
  private void directory(
      Directory upper, LowerTree.Level lower, String path, boolean listed, boolean underOpaque)
      throws IOException {
    boolean opaque = underOpaque || upper.xattrs(".").get(Whiteouts.OPAQUE_XATTR).isPresent();
    int from = changes.size();
    List<DirectoryEntry> children = upper.list();
    for (DirectoryEntry child : children) {
      child(upper, lower, child.name(), LayerDiff.child(path, child.name()), opaque);
    }
    if (opaque) {
      Set<String> kept = children.stream().map(DirectoryEntry::name).collect(Collectors.toSet());
      for (String name : lower.names()) {
        if (!kept.contains(name)) {
          changes.add(new Change(LayerDiff.child(path, name), Change.Kind.DELETED));
        }
      }
    }
    LayerDiff.mentionDirectory(changes, from, path, listed);
  }

  private void child(
      Directory upper, LowerTree.Level lower, String name, String path, boolean opaque)
      throws IOException {
    Optional<FileStat> found = upper.find(name);
    if (found.isEmpty()) {
      return;
    }
    FileStat now = found.get();
    Optional<LowerTree.Found> before = lower.find(name);
    if (Whiteouts.isOverlayWhiteout(now)) {
      if (before.isPresent()) {
        changes.add(new Change(path, Change.Kind.DELETED));
      }
      return;
    }
    boolean listed = true;
    if (before.isEmpty()) {
      changes.add(new Change(path, Change.Kind.ADDED));
    } else if (LayerDiff.isDifferent(
        now, upper.xattrs(name), before.get().stat(), before.get().xattrs())) {
      changes.add(new Change(path, Change.Kind.MODIFIED));
    } else {
      listed = false;
    }
    if (now.isDirectory()) {
      try (Directory below = upper.openDirectory(name);
          LowerTree.Level lowerBelow = lower.enter(name)) {
        directory(below, lowerBelow, path, listed, opaque);
      }
    }
  }
}
