package io.gantry.container.mount;

import io.gantry.container.record.Mount;
import io.gantry.error.EngineException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What Docker accepts as a mount, in the short form ({@code source:target:options}) and in the long
 * one, and what it says of the rest.
 */
public final class MountSyntax {

  static final Set<String> PROPAGATIONS =
      Set.of("private", "rprivate", "slave", "rslave", "shared", "rshared");

  /** Options of the short form; of each group one. */
  private static final List<Set<String>> MODES =
      List.of(
          Set.of("rw", "ro"),
          Set.of("z", "Z"),
          PROPAGATIONS,
          Set.of("nocopy"),
          Set.of("consistent", "cached", "delegated"));

  /**
   * One of {@code HostConfig.Binds}.
   *
   * @param mount the same in the long form
   * @param mode options as given
   */
  record Bind(Mount mount, String mode) {}

  private MountSyntax() {}

  static boolean validMode(String mode) {
    if (mode.isEmpty()) {
      return true;
    }
    int[] count = new int[MODES.size()];
    for (String option : mode.split(",", -1)) {
      int group = 0;
      while (group < count.length && !MODES.get(group).contains(option)) {
        group++;
      }
      if (group == count.length || ++count[group] > 1) {
        return false;
      }
    }
    return true;
  }

  static boolean writable(String mode) {
    return !has(mode, "ro");
  }

  private static boolean has(String mode, String option) {
    return List.of(mode.split(",")).contains(option);
  }

  static Optional<String> propagation(String mode) {
    return Arrays.stream(mode.split(",")).filter(PROPAGATIONS::contains).findFirst();
  }

  static EngineException invalidMode(EngineException.Kind kind, String mode) {
    return new EngineException(kind, "invalid mode: " + mode);
  }

  /**
   * @param volumeDriver for a named volume
   * @throws EngineException SYSTEM, as Docker answers
   */
  static Bind parse(String text, String volumeDriver) {
    String[] parts = text.split(":", 4);
    boolean short2 = parts.length == 2 && validMode(parts[1]);
    if (parts.length > 3 || parts[0].isEmpty() || short2) {
      throw invalid(text);
    }
    String source = parts.length == 1 ? "" : parts[0];
    String target = parts.length == 1 ? parts[0] : parts[1];
    String mode = parts.length == 3 ? parts[2] : "";
    if (!validMode(mode)) {
      throw invalidMode(EngineException.Kind.SYSTEM, mode);
    }
    boolean isBind = source.startsWith("/");
    Optional<String> propagation = propagation(mode);
    Mount.@Nullable BindOptions bindOptions =
        isBind || propagation.isPresent()
            ? new Mount.BindOptions(propagation.orElse(""), false, isBind, false, false)
            : null;
    boolean noCopy = has(mode, "nocopy");
    boolean named = !isBind && !volumeDriver.isEmpty();
    Mount.@Nullable VolumeOptions volumeOptions =
        noCopy || named
            ? new Mount.VolumeOptions(
                noCopy, Map.of(), named ? new Mount.DriverConfig(volumeDriver, Map.of()) : null, "")
            : null;
    Mount mount =
        new Mount(
            isBind ? "bind" : "volume",
            source,
            target,
            !writable(mode),
            "",
            bindOptions,
            volumeOptions,
            null,
            null);
    try {
      check(mount);
    } catch (EngineException e) {
      throw EngineException.system(
          "invalid volume specification: '%s': %s".formatted(text, e.getMessage()), e);
    }
    return new Bind(mount, mode);
  }

  private static EngineException invalid(String text) {
    return EngineException.system("invalid volume specification: '" + text + "'", null);
  }

  /** What the API refuses before it looks closer. */
  public static void checkOptionsFit(Mount mount) {
    String type = mount.type();
    onlyOn(mount.bindOptions() != null && !type.equals("bind"), "BindOptions", type);
    onlyOn(mount.volumeOptions() != null && !type.equals("volume"), "VolumeOptions", type);
    onlyOn(mount.tmpfsOptions() != null && !type.equals("tmpfs"), "TmpfsOptions", type);
  }

  private static void onlyOn(boolean wrong, String options, String type) {
    if (wrong) {
      throw EngineException.invalid(
          "%s must not be specified on mount type \"%s\"".formatted(options, type));
    }
  }

  /**
   * A mount of the long form given by a user, whose bind source must exist unless it may be made.
   */
  public static void checkWithSource(Mount mount) {
    check(mount);
    Mount.@Nullable BindOptions options = mount.bindOptions();
    boolean mayMake = options != null && options.createMountpoint();
    if (mount.type().equals("bind") && !mayMake && !Files.exists(Path.of(mount.source()))) {
      throw refused(mount, "bind source path does not exist: " + mount.source());
    }
  }

  /**
   * @throws EngineException INVALID, in Docker's words
   */
  static void check(Mount mount) {
    if (mount.target().isEmpty()) {
      throw refused(mount, "field Target must not be empty");
    }
    destination(mount.target())
        .ifPresent(
            why -> {
              throw refused(mount, why);
            });
    switch (mount.type()) {
      case "bind" -> checkBind(mount);
      case "volume" -> checkVolume(mount);
      case "tmpfs" -> checkTmpfs(mount);
      case "image" -> checkImage(mount);
      default -> throw refused(mount, "mount type unknown");
    }
  }

  /** What is wrong with a place in a container. */
  public static Optional<String> destination(String target) {
    if (!target.startsWith("/")) {
      return Optional.of("invalid mount path: '" + target + "' mount path must be absolute");
    }
    return clean(target).equals("/")
        ? Optional.of("invalid specification: destination can't be '/'")
        : Optional.empty();
  }

  public static String clean(String path) {
    return Path.of("/", path).normalize().toString();
  }

  private static void checkBind(Mount mount) {
    if (mount.source().isEmpty()) {
      throw refused(mount, "field Source must not be empty");
    }
    Mount.@Nullable BindOptions options = mount.bindOptions();
    if (options != null
        && !options.propagation().isEmpty()
        && !PROPAGATIONS.contains(options.propagation())) {
      throw refused(mount, "invalid propagation mode: " + options.propagation());
    }
    extra(mount, mount.volumeOptions() != null, "VolumeOptions");
    extra(mount, mount.imageOptions() != null, "ImageOptions");
    if (!mount.source().startsWith("/")) {
      throw refused(
          mount, "invalid mount path: '" + mount.source() + "' mount path must be absolute");
    }
  }

  private static void checkVolume(Mount mount) {
    extra(mount, mount.bindOptions() != null, "BindOptions");
    extra(mount, mount.imageOptions() != null, "ImageOptions");
    boolean anonymous = mount.source().isEmpty();
    Mount.@Nullable VolumeOptions options = mount.volumeOptions();
    if (options != null && !options.subpath().isEmpty()) {
      if (anonymous) {
        throw refused(mount, "must not set Subpath when using anonymous volumes");
      }
      checkSubpath(mount, options.subpath());
    }
    if (mount.readOnly() && anonymous) {
      throw refused(mount, "must not set ReadOnly mode when using anonymous volumes");
    }
  }

  private static void checkTmpfs(Mount mount) {
    extra(mount, mount.bindOptions() != null, "BindOptions");
    extra(mount, mount.volumeOptions() != null, "VolumeOptions");
    extra(mount, mount.imageOptions() != null, "ImageOptions");
    extra(mount, !mount.source().isEmpty(), "Source");
    TmpfsOptions.merged(TmpfsOptions.of(mount));
  }

  private static void checkImage(Mount mount) {
    extra(mount, mount.bindOptions() != null, "BindOptions");
    extra(mount, mount.volumeOptions() != null, "VolumeOptions");
    if (mount.source().isEmpty()) {
      throw refused(mount, "field Source must not be empty");
    }
    Mount.@Nullable ImageOptions options = mount.imageOptions();
    if (options != null && !options.subpath().isEmpty()) {
      checkSubpath(mount, options.subpath());
    }
  }

  /** Docker says the same of images. */
  private static void checkSubpath(Mount mount, String text) {
    Path subpath = Path.of(text);
    if (subpath.isAbsolute() || subpath.normalize().startsWith("..")) {
      throw refused(mount, "subpath must be a relative path within the volume");
    }
  }

  private static void extra(Mount mount, boolean present, String field) {
    if (present) {
      throw refused(mount, "field " + field + " must not be specified");
    }
  }

  private static EngineException refused(Mount mount, String why) {
    return EngineException.invalid(
        "invalid mount config for type \"%s\": %s".formatted(mount.type(), why));
  }
}
