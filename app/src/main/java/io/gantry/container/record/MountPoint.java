package io.gantry.container.record;

import io.gantry.image.MountedImage;
import org.jspecify.annotations.Nullable;

/**
 * A mount as it was decided at create; what {@code inspect} shows in {@code Mounts} (API v1.51,
 * definitions/MountPoint) and what start mounts.
 *
 * @param type bind, volume, tmpfs or image
 * @param name of the volume, or the image as it was named; empty otherwise
 * @param source path on the host; for a volume where its data is, for an image where it is mounted,
 *     for tmpfs empty
 * @param destination path in the container, absolute and clean
 * @param driver of the volume; empty otherwise
 * @param mode the options as given, for instance {@code ro,z}; for tmpfs the mount options
 * @param readWrite whether the container may write
 * @param propagation of a bind or an image, for instance rprivate; empty otherwise
 * @param copyUp whether an empty volume gets the image's content at its first use
 * @param anonymous whether the volume has no name the user gave: it goes with the container when
 *     asked to
 * @param options further options of the long form
 * @param image what is mounted of an image; null otherwise
 */
public record MountPoint(
    String type,
    String name,
    String source,
    String destination,
    String driver,
    String mode,
    boolean readWrite,
    String propagation,
    boolean copyUp,
    boolean anonymous,
    Mount options,
    @Nullable MountedImage image) {

  /**
   * This as clients before API 1.44 mean it: where it is a read-only bind, what is mounted below
   * its source stays writable.
   */
  public MountPoint readOnlyAlone() {
    return type.equals("bind") && !readWrite
        ? new MountPoint(
            type,
            name,
            source,
            destination,
            driver,
            mode,
            false,
            propagation,
            copyUp,
            anonymous,
            options.readOnlyAlone(),
            image)
        : this;
  }
}
