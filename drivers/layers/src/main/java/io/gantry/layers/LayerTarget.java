package io.gantry.layers;

import io.gantry.linux.mount.LowerDirs;
import io.gantry.plugins.storage.MountSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** Where the files of a layer go, or come from, without mounting anything. */
public sealed interface LayerTarget {

  /** The directory to write to. */
  Path directory();

  /** A tree as it is seen: what a whiteout names is deleted. */
  record Plain(Path directory) implements LayerTarget {}

  /**
   * The upper directory of an overlay: whiteouts are kept as overlayfs keeps them (a character
   * device 0:0, {@code trusted.overlay.opaque}).
   *
   * @param lowers the directories below, topmost first
   */
  record Overlay(Path directory, List<Path> lowers) implements LayerTarget {
    public Overlay {
      lowers = List.copyOf(lowers);
    }
  }

  /**
   * Where an active snapshot's own files go, told from its mounts: the upper directory of an
   * overlay, the source of a bind mount. Empty when it must be mounted to get at them (a block
   * device); then mount it and take {@link Plain}.
   */
  static Optional<LayerTarget> of(List<MountSpec> mounts) {
    if (mounts.size() != 1 || mounts.getFirst().readOnly()) {
      return Optional.empty();
    }
    MountSpec mount = mounts.getFirst();
    if (mount.type().equals("bind")) {
      return Optional.of(new Plain(Path.of(mount.source())));
    }
    Optional<String> upper = option(mount, "upperdir=");
    if (!mount.type().equals("overlay") || upper.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new Overlay(Path.of(upper.get()), lowers(mount)));
  }

  /**
   * Where the files are that the topmost layer of a snapshot brought itself, for reading; of a view
   * that is the layer it shows. Empty when it must be mounted.
   */
  static Optional<Path> topmost(List<MountSpec> mounts) {
    if (mounts.size() != 1) {
      return Optional.empty();
    }
    MountSpec mount = mounts.getFirst();
    return switch (mount.type()) {
      case "bind" -> Optional.of(Path.of(mount.source()));
      case "overlay" ->
          option(mount, "upperdir=").map(Path::of).or(() -> lowers(mount).stream().findFirst());
      default -> Optional.empty();
    };
  }

  private static List<Path> lowers(MountSpec mount) {
    return option(mount, "lowerdir=").map(LowerDirs::split).orElse(List.of());
  }

  private static Optional<String> option(MountSpec mount, String prefix) {
    return mount.options().stream()
        .filter(o -> o.startsWith(prefix))
        .map(o -> o.substring(prefix.length()))
        .findFirst();
  }
}
