package io.gantry.plugins.storage;

import java.util.List;

/**
 * One mount that makes a snapshot's files appear. The caller mounts; drivers mount nothing of this
 * themselves.
 *
 * @param type file system type, or {@code bind}
 * @param source device, directory, or a word where the type needs none
 * @param options as in the fourth column of fstab: flags ({@code ro}, {@code nodev}, {@code rbind})
 *     and the file system's own ({@code upperdir=/x}), one an element
 */
public record MountSpec(String type, String source, List<String> options) {

  public MountSpec {
    options = List.copyOf(options);
  }

  public boolean readOnly() {
    return options.contains("ro");
  }
}
