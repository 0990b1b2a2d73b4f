package io.gantry.plugins.storage;

/**
 * One difference between a snapshot and its parent (API {@code FilesystemChange}).
 *
 * @param path absolute within the snapshot. Bytes of a name that are not UTF-8 are kept as lone
 *     surrogates U+DC80 to U+DCFF, so that the name can be found again
 */
public record Change(String path, Kind kind) implements Comparable<Change> {

  /** In the order of the numbers the API uses: 0 modified, 1 added, 2 deleted. */
  public enum Kind {
    MODIFIED,
    ADDED,
    DELETED
  }

  /** By path, a directory before what is in it. */
  @Override
  public int compareTo(Change other) {
    int byPath = path.compareTo(other.path);
    return byPath != 0 ? byPath : kind.compareTo(other.kind);
  }
}
