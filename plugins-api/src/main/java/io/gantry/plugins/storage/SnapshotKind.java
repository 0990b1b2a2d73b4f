package io.gantry.plugins.storage;

/** What may be done with a snapshot. */
public enum SnapshotKind {
  /** Writable: a container's files, or a layer that is being filled. Has no children. */
  ACTIVE,
  /** Read-only, for looking at its parent. Has no children. */
  VIEW,
  /** Never changes again; the only kind that can be a parent. */
  COMMITTED
}
