package io.gantry.container.record;

import io.gantry.id.Ids;
import io.gantry.image.MountedImage;
import io.gantry.network.EndpointSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A container at one moment; immutable. Readers hold one of these and no lock.
 *
 * @param id 64 hex digits
 * @param name without the leading slash
 * @param created when it was made
 * @param imageId {@code sha256:...} of the image it was made from
 * @param chainId of the image's layers; empty for an image without layers
 * @param snapshotParent the snapshot below its own; empty for an image without layers
 * @param config what runs in it, the image's configuration merged in
 * @param hostConfig what of the host it is given, defaults filled in
 * @param mounts the mounts, in the order in which they are mounted
 * @param networks the networks it is to be attached to, by name, with what was asked for
 * @param driver storage driver of its root file system
 * @param logPath where its log is, for drivers that have a file; empty otherwise
 * @param state what it does
 * @param restarts what the restart policy did since the last start by a user
 * @param hooks OCI hooks in the runtime-spec's JSON, copied at create; null without hooks
 * @param update what it is about to be given instead of the host configuration, while its step is
 *     {@link Step#UPDATE}; otherwise null
 */
@CopyBuilder
public record Container(
    String id,
    String name,
    Instant created,
    String imageId,
    String chainId,
    String snapshotParent,
    ContainerConfig config,
    HostConfig hostConfig,
    List<MountPoint> mounts,
    Map<String, EndpointSettings> networks,
    String driver,
    String logPath,
    State state,
    Restarts restarts,
    @Nullable String hooks,
    @Nullable HostConfig update) {

  public Container {
    mounts = Lists.of(mounts);
    networks = Lists.of(networks);
  }

  /** The first twelve digits of the id, as users see it. */
  public String shortId() {
    return Ids.shortened(id);
  }

  /** The volumes with a name, or made for it, that it uses. */
  public List<String> volumes() {
    return mounts.stream()
        .filter(mount -> mount.type().equals("volume"))
        .map(MountPoint::name)
        .toList();
  }

  /** The images it mounts, beside the one it was made from. */
  public List<MountedImage> mountedImages() {
    return mounts.stream().map(MountPoint::image).filter(Objects::nonNull).toList();
  }

  /**
   * Whether a daemon that starts has nothing to do for it: it can have nothing in the kernel, its
   * log is complete, it holds nothing that is to be known before the daemon answers, and neither
   * runs nor goes on its own.
   */
  public boolean isAtRest() {
    boolean staysAsItIs =
        switch (state.status()) {
          case CREATED -> true;
          case EXITED -> !hostConfig.autoRemove() && !hostConfig.restartPolicy().isSet();
          default -> false;
        };
    return staysAsItIs
        && !state.mayHaveSomething()
        && state.step() != Step.LOG
        && volumes().isEmpty();
  }

  /** The program that runs: entrypoint and command in one list. */
  public List<String> argv() {
    List<String> entrypoint = Lists.of(config.entrypoint());
    List<String> cmd = Lists.of(config.cmd());
    return Stream.concat(entrypoint.stream(), cmd.stream()).toList();
  }

  public Optional<String> hooksJson() {
    return Optional.ofNullable(hooks);
  }

  public Container with(State state) {
    return ContainerBuilder.from(this).state(state).build();
  }

  public Container withName(String name) {
    return ContainerBuilder.from(this).name(name).build();
  }

  public Container with(HostConfig hostConfig) {
    return ContainerBuilder.from(this).hostConfig(hostConfig).build();
  }

  /** As it is recorded before the kernel is asked to take new limits. */
  public Container updating(HostConfig next) {
    return ContainerBuilder.from(this).update(next).state(state.with(Step.UPDATE)).build();
  }

  /** The kernel has taken what it was asked to. */
  public Container updated() {
    return update == null ? this : ContainerBuilder.from(notUpdated()).hostConfig(update).build();
  }

  /** The kernel has not taken it: all is as it was. */
  public Container notUpdated() {
    State now = state.step() == Step.UPDATE ? state.with(Step.NONE) : state;
    return ContainerBuilder.from(this).update(null).state(now).build();
  }

  public Container withNetworks(Map<String, EndpointSettings> networks) {
    return ContainerBuilder.from(this).networks(networks).build();
  }

  public Container with(Restarts restarts) {
    return ContainerBuilder.from(this).restarts(restarts).build();
  }

  public Container withLogPath(String logPath) {
    return ContainerBuilder.from(this).logPath(logPath).build();
  }

  public Container withHooks(Optional<String> hooks) {
    return ContainerBuilder.from(this).hooks(hooks.orElse(null)).build();
  }
}
