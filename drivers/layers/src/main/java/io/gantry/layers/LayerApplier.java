package io.gantry.layers;

import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarFormatException;
import io.gantry.layers.tar.TarObserver;
import io.gantry.layers.tar.TarReader;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.FileStat;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Writes a layer's archive into a tree (OCI image-spec, layer.md). Everything is kept: owners,
 * modes, times to the nanosecond, extended attributes, hard links, devices, holes. Nothing outside
 * the target is touched whatever the archive holds. Not atomic: what a failed call leaves is for
 * the caller to throw away. Nothing is synced.
 */
public final class LayerApplier {

  private final LayerTarget target;
  private final LayerPolicy policy;
  private final TreeWriter writer;

  private LayerApplier(LayerTarget target, LayerPolicy policy, TreeWriter writer) {
    this.target = target;
    this.policy = policy;
    this.writer = writer;
  }

  public static AppliedLayer apply(InputStream tar, LayerTarget target) throws IOException {
    return apply(tar, target, LayerLimits.DEFAULT, TarObserver.NONE);
  }

  /**
   * @param tar uncompressed ({@link LayerStream}); read to its end, not closed
   * @param observer is told of the archive's bytes, so that it can be put together again
   * @throws TarFormatException when it is not a tar, or refused; the message names the entry
   */
  public static AppliedLayer apply(
      InputStream tar, LayerTarget target, LayerLimits limits, TarObserver observer)
      throws IOException {
    try (Directory root = Directory.open(target.directory());
        LayerPolicy policy = new LayerPolicy(target);
        TreeWriter writer = new TreeWriter(root, policy)) {
      TarReader reader = new TarReader(tar, limits.tar(), observer);
      return new LayerApplier(target, policy, writer).apply(reader);
    }
  }

  private AppliedLayer apply(TarReader reader) throws IOException {
    long bytes = 0;
    long entries = 0;
    while (true) {
      Optional<TarEntry> next = reader.next();
      if (next.isEmpty()) {
        break;
      }
      TarEntry entry = next.get();
      entries++;
      bytes += entry.contentBytes();
      try {
        apply(entry, reader);
      } catch (ErrnoException e) {
        throw new IOException("\"" + entry.name() + "\": " + e.getMessage(), e);
      }
    }
    writer.finish();
    return new AppliedLayer(bytes, entries);
  }

  private void apply(TarEntry entry, TarReader reader) throws IOException {
    EntryPath path = EntryPath.of(entry.name());
    String leaf = path.leaf();
    if (leaf.equals(Whiteouts.OPAQUE)) {
      makeOpaque(path.parent());
    } else if (leaf.startsWith(Whiteouts.META_PREFIX)
        || path.path().startsWith(Whiteouts.META_PREFIX)) {
      return; // what AUFS kept for itself
    } else if (leaf.startsWith(Whiteouts.PREFIX)) {
      delete(path, Whiteouts.deletedName(entry.name(), leaf));
    } else {
      writer.write(path, entry, reader);
      policy.made(path.path());
    }
  }

  private void delete(EntryPath whiteout, String name) throws IOException {
    Directory parent = writer.directory(whiteout.parent());
    String path = whiteout.parent().isEmpty() ? name : whiteout.parent() + "/" + name;
    Optional<FileStat> there = parent.find(name);
    if (target instanceof LayerTarget.Plain) {
      if (there.isPresent() && !policy.hasMade(path)) {
        writer.directories().forget();
        parent.deleteTree(name);
      }
    } else if (there.isEmpty()) {
      parent.makeNode(name, FileStat.CHARACTER_DEVICE, 0);
    } else if (there.get().isDirectory()) {
      // this layer made the directory anew: it hides the one below
      parent.xattrs(name).set(Whiteouts.OPAQUE_XATTR, Whiteouts.OPAQUE_YES);
    }
  }

  private void makeOpaque(String path) throws IOException {
    Directory directory = writer.directory(path);
    if (target instanceof LayerTarget.Overlay) {
      directory.xattrs(".").set(Whiteouts.OPAQUE_XATTR, Whiteouts.OPAQUE_YES);
      return;
    }
    writer.directories().forget();
    deleteOlder(directory, path);
  }

  /** Deletes what this layer did not make. */
  private void deleteOlder(Directory directory, String path) throws IOException {
    for (DirectoryEntry child : directory.list()) {
      String childPath = path.isEmpty() ? child.name() : path + "/" + child.name();
      if (!policy.hasMade(childPath)) {
        directory.deleteTree(child.name());
      } else if (directory.stat(child.name()).isDirectory()) {
        try (Directory below = directory.openDirectory(child.name())) {
          deleteOlder(below, childPath);
        }
      }
    }
  }
}
