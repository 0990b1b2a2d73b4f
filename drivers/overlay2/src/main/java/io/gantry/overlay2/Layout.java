package io.gantry.overlay2;

import io.gantry.linux.mount.LowerDirs;
import io.gantry.plugins.storage.MountSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Where the parts of a snapshot are, and how they are mounted. */
final class Layout {

  private final Path root;
  private final List<String> plainOptions = Backing.plainOptions();

  Layout(Path root) {
    this.root = root;
  }

  Path diff(String id) {
    return directory(id).resolve(DriverDirectories.DIFF);
  }

  private Path work(String id) {
    return directory(id).resolve(DriverDirectories.WORK);
  }

  private Path directory(String id) {
    return root.resolve(DriverDirectories.SNAPSHOTS).resolve(id);
  }

  List<Path> diffs(List<String> ids) {
    return ids.stream().map(this::diff).toList();
  }

  MountSpec view(List<String> parents) {
    List<Path> lowers = diffs(parents);
    return switch (lowers.size()) {
      case 0 -> bind(root.resolve(DriverDirectories.EMPTY), "ro");
      case 1 -> bind(lowers.getFirst(), "ro");
      default -> overlay(List.of("ro", "lowerdir=" + LowerDirs.join(lowers)));
    };
  }

  MountSpec active(String id, List<String> parents) {
    if (parents.isEmpty()) {
      return bind(diff(id), "rw");
    }
    return overlay(
        List.of(
            "lowerdir=" + LowerDirs.join(diffs(parents)),
            "upperdir=" + diff(id),
            "workdir=" + work(id)));
  }

  private MountSpec overlay(List<String> own) {
    List<String> options = new ArrayList<>(plainOptions);
    options.addAll(own);
    return new MountSpec("overlay", "overlay", options);
  }

  private static MountSpec bind(Path source, String access) {
    return new MountSpec("bind", source.toString(), List.of("rbind", access));
  }

  /** As Docker names them in {@code GraphDriver.Data}. */
  Map<String, String> details(SnapshotRecord record, List<String> parents) {
    Map<String, String> details = new LinkedHashMap<>();
    if (!parents.isEmpty()) {
      details.put(
          "LowerDir", String.join(":", diffs(parents).stream().map(Path::toString).toList()));
    }
    if (record.hasDirectory()) {
      details.put("MergedDir", directory(record.id()).resolve("merged").toString());
      details.put("UpperDir", diff(record.id()).toString());
      details.put("WorkDir", work(record.id()).toString());
    }
    return details;
  }
}
