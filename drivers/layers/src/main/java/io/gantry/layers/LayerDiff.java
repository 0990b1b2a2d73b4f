package io.gantry.layers;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.Xattrs;
import io.gantry.plugins.storage.Change;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What was changed in a tree, told as {@code docker diff} tells it: sorted; all that is in a new
 * directory; nothing of what was in a deleted one; a directory in which something changed as
 * modified, except the root.
 */
public final class LayerDiff {

  private static final int MAX_PATH = 4095;
  private static final String CAPABILITY = "security.capability";

  private LayerDiff() {}

  /** What the upper directory of an overlay says. Reads only what changed. */
  public static List<Change> changes(LayerTarget.Overlay overlay) throws IOException {
    try (Directory upper = Directory.open(overlay.directory());
        LowerTree lower = new LowerTree(overlay.lowers())) {
      return new OverlayDiff().changes(upper, lower.top());
    }
  }

  /** Compares two whole trees, for drivers that know no better. */
  public static List<Change> changes(Path tree, Path parent) throws IOException {
    try (Directory now = Directory.open(tree);
        Directory before = Directory.open(parent)) {
      return new TreeDiff().changes(now, Optional.of(before));
    }
  }

  /** Everything in a tree that has no parent. */
  public static List<Change> changes(Path tree) throws IOException {
    try (Directory now = Directory.open(tree)) {
      return new TreeDiff().changes(now, Optional.empty());
    }
  }

  /**
   * Writes the layer these changes make (OCI image-spec, layer.md): changed and new files as they
   * are, deleted ones as whiteouts.
   *
   * @param tree where the files are: the mounted snapshot, or its upper directory. It should not
   *     change meanwhile
   * @param out is closed
   */
  public static void writeTar(Path tree, List<Change> changes, OutputStream out)
      throws IOException {
    try (TreeArchive archive = new TreeArchive(out);
        Directory root = Directory.open(tree);
        Directories directories = new Directories(root, directory -> {})) {
      for (Change change : changes) {
        EntryPath path = EntryPath.of(change.path());
        if (change.kind() == Change.Kind.DELETED) {
          String prefix = path.parent().isEmpty() ? "" : path.parent() + "/";
          archive.addMarker(prefix + Whiteouts.PREFIX + path.leaf());
        } else {
          archive.addOne(directories.get(path.parent()), path.leaf(), path.path());
        }
      }
    }
  }

  /**
   * Whether a file that is in both trees counts as changed. As Docker: what a change cannot avoid
   * to leave behind, not what copying alone changes.
   */
  static boolean isDifferent(FileStat now, Xattrs nowXattrs, FileStat before, Xattrs beforeXattrs)
      throws IOException {
    if (now.mode() != before.mode()
        || now.uid() != before.uid()
        || now.gid() != before.gid()
        || now.rdev() != before.rdev()) {
      return true;
    }
    if (!now.isDirectory()
        && (now.size() != before.size()
            || now.mtime() != before.mtime()
            || now.mtimeNanos() != before.mtimeNanos())) {
      return true;
    }
    return now.isRegular()
        && !Arrays.equals(
            nowXattrs.get(CAPABILITY).orElse(new byte[0]),
            beforeXattrs.get(CAPABILITY).orElse(new byte[0]));
  }

  /**
   * Ends the list of a directory's changes: the directory itself belongs in front of them when
   * something in it changed.
   */
  static void mentionDirectory(List<Change> changes, int from, String path, boolean alreadyListed) {
    if (changes.size() > from && !alreadyListed && !path.equals("/")) {
      changes.add(from, new Change(path, Change.Kind.MODIFIED));
    }
  }

  static List<Change> sorted(List<Change> changes) {
    List<Change> sorted = new ArrayList<>(changes);
    sorted.sort(null);
    return List.copyOf(sorted);
  }

  static String child(String directory, String name) throws IOException {
    if (directory.length() + name.length() > MAX_PATH) {
      throw new ErrnoException(
          "compare " + directory.substring(0, Math.min(64, directory.length())) + "...",
          Errno.ENAMETOOLONG);
    }
    return directory.equals("/") ? "/" + name : directory + "/" + name;
  }
}
