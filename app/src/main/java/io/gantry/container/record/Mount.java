package io.gantry.container.record;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One {@code --mount} (API v1.51, definitions/Mount).
 *
 * @param type bind, volume, tmpfs, image, npipe or cluster
 * @param source host path, volume name or image
 * @param target path in the container
 * @param readOnly mounted read-only
 * @param consistency accepted and without effect on Linux
 * @param bindOptions for binds
 * @param volumeOptions for volumes
 * @param tmpfsOptions for tmpfs
 * @param imageOptions for images
 */
public record Mount(
    String type,
    String source,
    String target,
    boolean readOnly,
    String consistency,
    @Nullable BindOptions bindOptions,
    @Nullable VolumeOptions volumeOptions,
    @Nullable TmpfsOptions tmpfsOptions,
    @Nullable ImageOptions imageOptions) {

  public Mount {
    type = Lists.of(type);
    source = Lists.of(source);
    target = Lists.of(target);
    consistency = Lists.of(consistency);
  }

  public Mount with(BindOptions other) {
    return new Mount(
        type,
        source,
        target,
        readOnly,
        consistency,
        other,
        volumeOptions,
        tmpfsOptions,
        imageOptions);
  }

  /** This, of a read-only bind, without what is mounted below: that stays as it is. */
  Mount readOnlyAlone() {
    BindOptions options =
        bindOptions == null ? new BindOptions("", false, false, false, false) : bindOptions;
    return with(options.readOnlyAlone());
  }

  /** Of a bind. {@code propagation}: rprivate, private, rshared, shared, rslave, slave or empty. */
  public record BindOptions(
      String propagation,
      boolean nonRecursive,
      boolean createMountpoint,
      boolean readOnlyNonRecursive,
      boolean readOnlyForceRecursive) {
    public BindOptions {
      propagation = Lists.of(propagation);
    }

    /** This with what is mounted below the source. */
    public BindOptions recursive() {
      return new BindOptions(
          propagation, false, createMountpoint, readOnlyNonRecursive, readOnlyForceRecursive);
    }

    /** This without the making of a source that does not exist. */
    public BindOptions withoutMountpoint() {
      return new BindOptions(
          propagation, nonRecursive, false, readOnlyNonRecursive, readOnlyForceRecursive);
    }

    /** This read-only, where it is so, without what is mounted below. */
    BindOptions readOnlyAlone() {
      return new BindOptions(propagation, nonRecursive, createMountpoint, true, false);
    }
  }

  /** Of a volume that is made when it does not exist. */
  public record VolumeOptions(
      boolean noCopy,
      Map<String, String> labels,
      @Nullable DriverConfig driverConfig,
      String subpath) {
    public VolumeOptions {
      labels = Lists.of(labels);
      subpath = Lists.of(subpath);
    }
  }

  /** The driver a volume is made with. */
  public record DriverConfig(String name, Map<String, String> options) {
    public DriverConfig {
      name = Lists.of(name);
      options = Lists.of(options);
    }
  }

  /**
   * Of a tmpfs: size in bytes (0 is the kernel's default), mode as a number, further mount options.
   */
  public record TmpfsOptions(long sizeBytes, int mode, List<List<String>> options) {
    public TmpfsOptions {
      options = Lists.of(options);
    }
  }

  /** Of an image mount. */
  public record ImageOptions(String subpath) {
    public ImageOptions {
      subpath = Lists.of(subpath);
    }
  }
}
