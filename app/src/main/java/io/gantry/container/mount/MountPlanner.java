package io.gantry.container.mount;

import io.gantry.container.record.Container;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.HostChannel;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.Mount;
import io.gantry.container.record.MountPoint;
import io.gantry.error.EngineException;
import io.gantry.image.ImageHolds;
import io.gantry.image.MountedImage;
import io.gantry.volume.CreateVolume;
import io.gantry.volume.Volume;
import io.gantry.volume.VolumeService;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides at create what is mounted in a container, from {@code VolumesFrom}, {@code Binds}, {@code
 * Mounts}, {@code Tmpfs} and the image's volumes, a later one of these taking the place of an
 * earlier one. Makes the volumes and acquires them for the container.
 */
public final class MountPlanner {

  private static final Logger log = LoggerFactory.getLogger(MountPlanner.class);

  private final VolumeService volumes;
  private final Function<String, Optional<Container>> containers;
  private final List<Path> engineRoots;
  private final Path imageMounts;

  /**
   * @param containers for {@code --volumes-from}: by id or name
   * @param engineRoots data root and exec root: a bind of these, or of what they are in, must not
   *     keep the engine's own mounts alive
   * @param imageMounts where images are mounted
   */
  public MountPlanner(
      VolumeService volumes,
      Function<String, Optional<Container>> containers,
      List<Path> engineRoots,
      Path imageMounts) {
    this.volumes = volumes;
    this.containers = containers;
    this.engineRoots = List.copyOf(engineRoots);
    this.imageMounts = imageMounts;
  }

  /**
   * Decides the mounts of a container, makes the volumes it needs and acquires them. After a
   * failure nothing is left.
   *
   * @param config with the image's volumes merged in
   * @param images holds those it mounts until the container is recorded
   * @throws EngineException in Docker's words
   */
  public MountPlan plan(
      String containerId, ContainerConfig config, HostConfig hostConfig, ImageHolds images) {
    Draft draft = new Draft(containerId, images);
    try {
      hostConfig.volumesFrom().forEach(draft::volumesFrom);
      for (String text : hostConfig.binds()) {
        MountSyntax.Bind bind = MountSyntax.parse(text, hostConfig.volumeDriver());
        draft.add(bind.mount(), bind.mode(), hostConfig.tmpfs().keySet());
      }
      hostConfig.mounts().forEach(mount -> draft.add(mount, "", Set.of()));
      Set<String> covered = new LinkedHashSet<>();
      hostConfig.tmpfs().keySet().forEach(path -> covered.add(MountSyntax.clean(path)));
      HostChannel channel = hostConfig.hostChannel();
      if (channel != null) {
        draft.cover(SharedChannel.destination(channel), covered);
      }
      config.volumes().forEach(path -> draft.anonymous(path, covered));
      return draft.plan();
    } catch (RuntimeException e) {
      undo(containerId, draft.plan());
      throw e;
    }
  }

  /** The container did not come to be: its volumes are released, and those made for it removed. */
  public void undo(String containerId, MountPlan plan) {
    List<String> names =
        plan.mounts().stream()
            .filter(mount -> mount.type().equals("volume"))
            .map(MountPoint::name)
            .toList();
    volumes.release(names, containerId);
    volumes.release(plan.created(), containerId);
    for (String name : plan.created()) {
      try {
        volumes.discard(name, containerId);
      } catch (EngineException e) {
        log.info("Volume {} stays: {}", name, e.getMessage());
      }
    }
  }

  /** The plan while it is made. */
  private final class Draft {

    private final String containerId;
    private final ImageHolds images;
    private final Map<String, MountPoint> mounts = new LinkedHashMap<>();
    private final Set<String> explicit = new LinkedHashSet<>();
    private final Set<String> created = new LinkedHashSet<>();
    private int imagesPlaced;

    Draft(String containerId, ImageHolds images) {
      this.containerId = containerId;
      this.images = images;
    }

    MountPlan plan() {
      List<MountPoint> ordered =
          mounts.values().stream()
              .sorted(
                  Comparator.comparingLong(
                          (MountPoint mount) ->
                              mount.destination().chars().filter(c -> c == '/').count())
                      .thenComparing(MountPoint::destination))
              .toList();
      return new MountPlan(ordered, created, List.of());
    }

    void volumesFrom(String text) {
      if (text.isEmpty()) {
        throw EngineException.invalid("volumes-from specification cannot be an empty string");
      }
      int colon = text.indexOf(':');
      String reference = colon < 0 ? text : text.substring(0, colon);
      String mode = colon < 0 ? "rw" : text.substring(colon + 1);
      boolean copy = List.of(mode.split(",")).contains("nocopy");
      if (!MountSyntax.validMode(mode) || MountSyntax.propagation(mode).isPresent() || copy) {
        throw MountSyntax.invalidMode(EngineException.Kind.INVALID, mode);
      }
      if (reference.isEmpty()) {
        throw EngineException.invalid("invalid name or ID supplied: \"\"");
      }
      Container donor =
          containers
              .apply(reference)
              .orElseThrow(() -> EngineException.invalid("No such container: " + reference));
      for (MountPoint mount : donor.mounts()) {
        inherit(mount, MountSyntax.writable(mode));
      }
    }

    private void inherit(MountPoint mount, boolean writable) {
      if (mount.type().equals("volume")) {
        volumes.acquire(mount.name(), containerId);
      }
      MountedImage image = mount.image();
      put(
          new MountPoint(
              mount.type(),
              mount.name(),
              image == null ? mount.source() : placeOfImage(),
              mount.destination(),
              mount.driver(),
              "",
              mount.readWrite() && writable,
              mount.propagation(),
              false,
              false,
              mount.options(),
              image == null ? null : images.hold(image)));
    }

    /** One for each of the container's mounts of images, whatever it is an image of. */
    private String placeOfImage() {
      return ImageMounts.place(imageMounts, containerId, imagesPlaced++).toString();
    }

    /**
     * @param taken destinations that are not free any more
     */
    void add(Mount mount, String mode, Set<String> taken) {
      String destination = MountSyntax.clean(mount.target());
      if (taken.contains(destination) || !explicit.add(destination)) {
        throw EngineException.invalid("Duplicate mount point: " + destination);
      }
      put(
          switch (mount.type()) {
            case "bind" -> bind(mount, destination, mode);
            case "volume" -> volume(mount, destination, mode.isEmpty() ? "z" : mode);
            case "image" -> image(mount, destination);
            default -> tmpfs(mount, destination);
          });
    }

    /**
     * Takes a destination for what is no mount of the plan.
     *
     * @param covered those taken before
     */
    void cover(String destination, Set<String> covered) {
      if (mounts.containsKey(destination) || !covered.add(destination)) {
        throw EngineException.invalid("Duplicate mount point: " + destination);
      }
    }

    private void put(MountPoint mount) {
      MountPoint before = mounts.put(mount.destination(), mount);
      boolean dropped =
          before != null
              && before.type().equals("volume")
              && mounts.values().stream().noneMatch(other -> other.name().equals(before.name()));
      if (dropped) {
        volumes.release(List.of(before.name()), containerId);
      }
    }

    private MountPoint bind(Mount mount, String destination, String mode) {
      Path source = Path.of(mount.source()).normalize();
      Mount.@Nullable BindOptions options = mount.bindOptions();
      String asked = options == null ? "" : options.propagation();
      return new MountPoint(
          "bind",
          "",
          source.toString(),
          destination,
          "",
          mode,
          !mount.readOnly(),
          asked.isEmpty() ? standardPropagation(source) : asked,
          false,
          false,
          mount,
          null);
    }

    private String standardPropagation(Path source) {
      boolean engine =
          engineRoots.stream().anyMatch(root -> root.startsWith(source) || source.startsWith(root));
      return engine ? "rslave" : "rprivate";
    }

    private MountPoint tmpfs(Mount mount, String destination) {
      return new MountPoint(
          "tmpfs", "", "", destination, "", "", !mount.readOnly(), "", false, false, mount, null);
    }

    private MountPoint image(Mount mount, String destination) {
      MountedImage image = images.hold(mount.source());
      return new MountPoint(
          "image",
          mount.source(),
          placeOfImage(),
          destination,
          "",
          "",
          false,
          "rprivate",
          false,
          false,
          mount,
          image);
    }

    private MountPoint volume(Mount mount, String destination, String mode) {
      Mount.@Nullable VolumeOptions options = mount.volumeOptions();
      Mount.@Nullable DriverConfig driver = options == null ? null : options.driverConfig();
      boolean hasLabels = options != null && !options.labels().isEmpty();
      Volume volume =
          make(
              new CreateVolume(
                  mount.source(),
                  driver == null ? "" : driver.name(),
                  driver == null || driver.options().isEmpty() ? null : driver.options(),
                  hasLabels && options != null ? options.labels() : null,
                  Optional.of(containerId)));
      return new MountPoint(
          "volume",
          volume.name(),
          volume.mountpoint(),
          destination,
          volume.driver(),
          mode,
          !mount.readOnly(),
          "",
          options == null || !options.noCopy(),
          mount.source().isEmpty(),
          mount,
          null);
    }

    private Volume make(CreateVolume request) {
      while (true) {
        Volume volume = volumes.create(request);
        if (containerId.equals(volume.madeFor())) {
          created.add(volume.name());
        }
        try {
          return volumes.acquire(volume.name(), containerId);
        } catch (EngineException e) {
          // removed by somebody between the two steps: once more
          if (e.kind() != EngineException.Kind.NOT_FOUND) {
            throw e;
          }
        }
      }
    }

    /** A volume of the image, or a {@code -v /path}, unless something else is mounted there. */
    void anonymous(String path, Set<String> covered) {
      String destination = MountSyntax.clean(path);
      MountSyntax.destination(destination)
          .ifPresent(
              why -> {
                throw EngineException.invalid(why);
              });
      if (!mounts.containsKey(destination) && !covered.contains(destination)) {
        put(
            volume(
                new Mount("volume", "", destination, false, "", null, null, null, null),
                destination,
                ""));
      }
    }
  }
}
