package io.gantry.container;

import io.gantry.config.CurrentOptions;
import io.gantry.config.DaemonOptions;
import io.gantry.container.exec.ExecService;
import io.gantry.container.hook.ContainerHooks;
import io.gantry.container.log.ContainerLogs;
import io.gantry.container.spec.ContainerMounts;
import io.gantry.container.spec.ExecProcess;
import io.gantry.container.spec.HostChecks;
import io.gantry.container.spec.HostFacts;
import io.gantry.container.spec.MountPlanner;
import io.gantry.container.spec.OciSpec;
import io.gantry.container.spec.SharedMemory;
import io.gantry.container.spec.SystemPaths;
import io.gantry.driver.Drivers;
import io.gantry.event.EventJournal;
import io.gantry.image.Image;
import io.gantry.image.ImageService;
import io.gantry.image.ImageUsers;
import io.gantry.network.NetworkService;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.runtime.RuntimeInfo;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.store.Store;
import io.gantry.volume.VolumeService;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * How the parts of this package are put together. The containers of the last run are taken over
 * before anything else sees them.
 */
@Configuration(proxyBeanMethods = false)
class ContainerBeans {

  @Bean
  ContainerPaths containerPaths(DaemonOptions options) {
    return new ContainerPaths(options.dataRoot(), options.execRoot());
  }

  @Bean
  Containers containers() {
    return new Containers();
  }

  @Bean
  ContainerStore containerStore(Store store) {
    return new ContainerStore(store);
  }

  @Bean
  ContainerEvents containerEvents(EventJournal journal) {
    return new ContainerEvents(journal);
  }

  @Bean
  HostFacts hostFacts() {
    return HostFacts.read();
  }

  @Bean
  HostChecks hostChecks(HostFacts facts, RuntimeDriver runtime) {
    return new HostChecks(
        facts,
        runtime.resourceSupport(),
        runtime.runtimes().stream().map(RuntimeInfo::name).toList());
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
                        container.state().isRunning()
                            || container.state().status() == Status.RESTARTING))
            .toList();
  }

  @Bean
  ExecService execService(
      Containers containers,
      RuntimeDriver runtime,
      HostFacts facts,
      DaemonOptions options,
      ContainerEvents events,
      ContainerPaths paths) {
    return new ExecService(
        containers, runtime, new ExecProcess(facts, options.containers()), events, paths);
  }

  @Bean(destroyMethod = "close")
  ContainerLogs containerLogs(Drivers drivers) {
    return new ContainerLogs(drivers);
  }

  @Bean
  ContainerLogging containerLogging(
      ContainerLogs logs, RuntimeDriver runtime, ContainerPaths paths) {
    return new ContainerLogging(logs, runtime, paths);
  }

  @Bean
  ContainerNetworks containerNetworks(
      Containers containers, ContainerStore store, NetworkService networks, ContainerPaths paths) {
    return new ContainerNetworks(containers, store, networks, paths);
  }

  @Bean
  ContainerTeardown containerTeardown(
      NetworkService networks,
      RuntimeDriver runtime,
      RootFileSystems roots,
      SharedMemory sharedMemory,
      ExecService execs) {
    return new ContainerTeardown(networks, runtime, roots, sharedMemory, execs);
  }

  @Bean
  RootFileSystems rootFileSystems(
      StorageDriver storage, ContainerMounts mounts, ContainerPaths paths) {
    return new RootFileSystems(storage, mounts, paths);
  }

  @Bean
  SharedMemory sharedMemory(ContainerPaths paths) {
    return new SharedMemory(paths.execRoot().resolve("shm"));
  }

  @Bean
  ContainerMounts containerMounts(VolumeService volumes, ContainerPaths paths) {
    return new ContainerMounts(volumes, List.of(paths.dataRoot(), paths.execRoot()));
  }

  @Bean
  ContainerLauncher containerLauncher(
      Containers containers,
      ContainerStore store,
      ContainerTeardown teardown,
      RootFileSystems roots,
      ContainerNetworks networks,
      ContainerMounts mounts,
      SharedMemory sharedMemory,
      HostFacts facts,
      DaemonOptions options,
      ContainerHooks hooks,
      RuntimeDriver runtime,
      ContainerLogging logs,
      ContainerEvents events,
      ContainerPaths paths,
      HealthMonitor health,
      ObjectProvider<ContainerService> service) {
    return new ContainerLauncher(
        containers,
        store,
        teardown,
        roots,
        networks,
        mounts,
        sharedMemory,
        new OciSpec(facts, runtime.resourceSupport(), options.containers()),
        hooks,
        runtime,
        logs,
        events,
        paths,
        health,
        id -> service.getObject().kill(id, "KILL"));
  }

  @Bean(destroyMethod = "close")
  Timer timer() {
    return new Timer();
  }

  @Bean
  HealthMonitor healthMonitor(
      Containers containers,
      ContainerStore store,
      ExecService execs,
      ContainerEvents events,
      Timer timer) {
    return new HealthMonitor(containers, store, execs, events, timer);
  }

  @Bean
  ContainerRemover containerRemover(
      Containers containers,
      ContainerStore store,
      ContainerTeardown teardown,
      StorageDriver storage,
      RootFileSystems roots,
      ImageService images,
      VolumeService volumes,
      ContainerMounts mounts,
      ContainerEvents events,
      ContainerPaths paths) {
    return new ContainerRemover(
        containers, store, teardown, storage, roots, images, volumes, mounts, events, paths);
  }

  @Bean
  ContainerCreator containerCreator(
      Containers containers,
      ContainerStore store,
      ImageService images,
      NetworkService networks,
      VolumeService volumes,
      StorageDriver storage,
      HostChecks checks,
      HostFacts facts,
      ContainerLogging logs,
      DaemonOptions options,
      CurrentOptions current,
      ContainerHooks hooks,
      RuntimeDriver runtime,
      ContainerEvents events) {
    boolean unified = runtime.resourceSupport().cgroupVersion().equals("2");
    String firstRuntime = runtime.runtimes().getFirst().name();
    Supplier<HostDefaults> defaults =
        () ->
            ContainerCreator.defaults(
                current.get().containers(),
                firstRuntime,
                unified && facts.cgroupNamespaces(),
                SystemPaths.MASKED,
                SystemPaths.READONLY);
    return new ContainerCreator(
        containers,
        store,
        images,
        networks,
        volumes,
        storage,
        options.storage().driver(),
        checks,
        new MountPlanner(
            volumes, containers::find, List.of(options.dataRoot(), options.execRoot())),
        logs,
        hooks,
        defaults,
        events);
  }

  @Bean
  ContainerExits containerExits(
      Containers containers,
      ContainerStore store,
      ContainerTeardown teardown,
      ContainerLauncher launcher,
      ContainerRemover remover,
      ContainerLogging logs,
      RuntimeDriver runtime,
      ContainerEvents events,
      Timer timer,
      HealthMonitor health) {
    return new ContainerExits(
        containers, store, teardown, launcher, remover, logs, runtime, events, timer, health);
  }

  @Bean
  ContainerService containerService(
      Containers containers,
      ContainerStore store,
      ContainerCreator creator,
      ContainerLauncher launcher,
      ContainerRemover remover,
      ContainerExits exits,
      HostChecks checks,
      RuntimeDriver runtime,
      StorageDriver storage,
      ImageService images,
      NetworkService networks,
      VolumeService volumes,
      ExecService execs,
      ContainerEvents events,
      ContainerPaths paths)
      throws IOException {
    new Reconciler(
            containers,
            store,
            launcher,
            exits,
            remover,
            runtime,
            storage,
            networks,
            volumes,
            execs,
            events,
            paths)
        .run();
    return new ContainerService(
        containers,
        store,
        creator,
        launcher,
        new ContainerStopper(containers, store, runtime, events),
        remover,
        checks,
        runtime,
        events,
        surroundings(images, networks),
        paths);
  }

  @Bean
  ContainerFiles containerFiles(
      Containers containers,
      StorageDriver storage,
      RuntimeDriver runtime,
      ImageService images,
      RootFileSystems roots,
      ContainerEvents events,
      ContainerPaths paths) {
    return new ContainerFiles(
        containers, storage, images, roots, new Freezer(runtime, events), events, paths);
  }

  private static ContainerQuery.Surroundings surroundings(
      ImageService images, NetworkService networks) {
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
            .map(network -> network.name())
            .collect(java.util.stream.Collectors.toSet());
      }
    };
  }
}
