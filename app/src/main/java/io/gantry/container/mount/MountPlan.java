package io.gantry.container.mount;

import io.gantry.container.record.MountPoint;
import java.util.List;
import java.util.Set;

/**
 * The mounts of a container being created. Its volumes exist and are {@linkplain
 * io.gantry.volume.VolumeService#acquire acquired} for it.
 *
 * @param mounts each destination once, in the order of mounting
 * @param created names of the volumes that were made for the container: to be {@linkplain
 *     io.gantry.volume.VolumeService#settle settled} when it is recorded
 * @param warnings what the user is told about it
 */
public record MountPlan(List<MountPoint> mounts, Set<String> created, List<String> warnings) {
  public MountPlan {
    mounts = List.copyOf(mounts);
    created = Set.copyOf(created);
    warnings = List.copyOf(warnings);
  }
}
