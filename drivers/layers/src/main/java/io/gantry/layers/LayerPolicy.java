package io.gantry.layers;

import io.gantry.layers.tar.TarEntry;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.FileTimes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a layer is written: owners as the archive says, anything replaces anything, directories the
 * archive only passes through look as they do in the layers below.
 */
final class LayerPolicy implements TreePolicy, AutoCloseable {

  private final boolean overlay;
  private final LowerTree lower;
  private final Set<String> made = new HashSet<>();

  LayerPolicy(LayerTarget target) throws ErrnoException {
    this.overlay = target instanceof LayerTarget.Overlay;
    this.lower = new LowerTree(target instanceof LayerTarget.Overlay o ? o.lowers() : List.of());
  }

  @Override
  public boolean overlay() {
    return overlay;
  }

  @Override
  public Owner owner(TarEntry entry) {
    return new Owner(entry.uid(), entry.gid());
  }

  @Override
  public boolean replacesXattrs() {
    return true;
  }

  @Override
  public void mayReplace(TarEntry entry, FileStat there) {}

  @Override
  public Optional<FileTimes> madeParent(String path, Directory directory) throws IOException {
    made.add(path);
    List<FileTimes> times = new ArrayList<>(1);
    lower.find(
        path,
        found -> {
          if (found.stat().isDirectory()) {
            copyAttributes(found, directory);
            times.add(FileTimes.both(found.stat().mtime(), found.stat().mtimeNanos()));
          }
        });
    return times.stream().findFirst();
  }

  private void copyAttributes(LowerTree.Found from, Directory to) throws ErrnoException {
    to.fd().chown(from.stat().uid(), from.stat().gid());
    for (String name : from.xattrs().names()) {
      Optional<byte[]> value = takes(name) ? from.xattrs().get(name) : Optional.empty();
      if (value.isPresent()) {
        to.xattrs(".").set(name, value.get());
      }
    }
    to.fd().chmod(from.stat().permissions());
  }

  /** Remembers that this layer itself made a path. Only needed where whiteouts delete at once. */
  void made(String path) {
    if (!overlay) {
      made.add(path);
    }
  }

  boolean hasMade(String path) {
    return made.contains(path);
  }

  @Override
  public void close() {
    lower.close();
  }
}
