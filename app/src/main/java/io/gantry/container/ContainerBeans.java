package io.gantry.container;

import io.gantry.config.CurrentOptions;
import io.gantry.config.DaemonOptions;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.index.Containers;
import io.gantry.container.log.ContainerLogs;
import io.gantry.container.mount.ContainerMounts;
import io.gantry.container.mount.ImageMounts;
import io.gantry.container.mount.MountPlanner;
import io.gantry.container.mount.SharedMemory;
import io.gantry.container.record.HostDefaults;
import io.gantry.container.record.LogConfig;
import io.gantry.container.record.Status;
import io.gantry.container.spec.ExecProcess;
import io.gantry.container.spec.HostChecks;
import io.gantry.container.spec.HostFacts;
import io.gantry.container.spec.OciSpec;
import io.gantry.container.spec.SystemPaths;
import io.gantry.driver.Drivers;
import io.gantry.image.Image;
import io.gantry.image.ImageService;
import io.gantry.image.ImageUsers;
import io.gantry.linux.MemoryInfo;
import io.gantry.network.Network;
import io.gantry.network.NetworkService;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.volume.VolumeService;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The parts of this package that are made from options, from the host, or from something else than
 * other parts; the rest are components.
 */
@Configuration(proxyBeanMethods = false)
class ContainerBeans {

  @Bean
  ContainerPaths containerPaths(DaemonOptions options) {
    return new ContainerPaths(options.dataRoot(), options.execRoot());
  }

  @Bean
  HostFacts hostFacts() {
    return HostFacts.read();
  }

  @Bean
  HostChecks hostChecks(HostFacts facts, RuntimeDriver runtime) {
    return new HostChecks(
        facts, runtime.resourceSupport(), runtime.runtimeNames(), MemoryInfo::read);
  }

  /**
   * What containers get that ask for nothing: what the daemon was told, and what is best on this
   * host where it was told nothing. Changes when the options are read again.
   */
  @Bean
  Supplier<HostDefaults> hostDefaults(
      CurrentOptions current, HostFacts facts, RuntimeDriver runtime) {
    boolean unified = runtime.resourceSupport().cgroupVersion().equals("2");
    boolean ownCgroups = unified && facts.cgroupNamespaces();
    String firstRuntime = runtime.runtimeNames().getFirst();
    return () -> hostDefaults(current.get().containers(), firstRuntime, ownCgroups);
  }

  /**
   * @param ownCgroups whether a container, privileged or not, sees its own cgroups only: so it is
   *     with version 2
   */
  private static HostDefaults hostDefaults(
      DaemonOptions.Containers options, String runtime, boolean ownCgroups) {
    String cgroupnsMode = options.cgroupnsMode().orElse(ownCgroups ? "private" : "host");
    return new HostDefaults(
        new LogConfig(options.logDriver(), options.logOptions()),
        options.defaultRuntime().orElse(runtime),
        options.shmSize(),
        options.ipcMode(),
        cgroupnsMode,
        ownCgroups ? cgroupnsMode : "host",
        SystemPaths.MASKED,
        SystemPaths.READONLY,
        options.umask() == DaemonOptions.Umask.NORMAL ? "normal" : "secure");
  }

  @Bean
  OciSpec ociSpec(HostFacts facts, RuntimeDriver runtime, DaemonOptions options) {
    return new OciSpec(facts, runtime.resourceSupport(), options.containers());
  }

  @Bean
  ExecProcess execProcess(HostFacts facts, DaemonOptions options) {
    return new ExecProcess(facts, options.containers());
  }

  @Bean
  MountPlanner mountPlanner(VolumeService volumes, Containers containers, ContainerPaths paths) {
    return new MountPlanner(volumes, containers::find, paths.roots(), paths.imageMounts());
  }

  @Bean
  ContainerMounts containerMounts(
      VolumeService volumes, StorageDriver storage, ContainerPaths paths) {
    ImageMounts images = new ImageMounts(storage, paths.imageMounts());
    return new ContainerMounts(volumes, images, paths.roots(), paths.subpaths());
  }

  @Bean
  SharedMemory sharedMemory(ContainerPaths paths) {
    return new SharedMemory(paths.execRoot().resolve("shm"));
  }

  @Bean
  ContainerLogs containerLogs(Drivers drivers) {
    return new ContainerLogs(drivers);
  }

  /** Who uses images; asked while one is removed. */
  @Bean
  ImageUsers imageUsers(Containers containers) {
    return () ->
        containers.all().stream()
            .map(
                container ->
                    new ImageUsers.Use(
                        container.id(),
                        container.imageId(),
                        container.chainId(),
                        container.mountedImages(),
                        container.state().isRunning()
                            || container.state().status() == Status.RESTARTING))
            .toList();
  }

  @Bean
  ContainerQuery.Surroundings surroundings(ImageService images, NetworkService networks) {
    return new ContainerQuery.Surroundings() {
      @Override
      public Set<String> descendants(String image) {
        return images.find(image).map(Image::id).map(images::descendants).orElse(Set.of());
      }

      @Override
      public Set<String> networkNames(String reference) {
        return networks.list().stream()
            .filter(
                network -> network.name().equals(reference) || network.id().startsWith(reference))
            .map(Network::name)
            .collect(Collectors.toSet());
      }
    };
  }
}
