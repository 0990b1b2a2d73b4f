package io.gantry.api;

import io.gantry.api.http.ApiVersion;
import io.gantry.api.wire.InfoView;
import io.gantry.api.wire.VersionView;
import io.gantry.config.CurrentOptions;
import io.gantry.config.DaemonOptions;
import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.container.spec.HostFacts;
import io.gantry.driver.Drivers;
import io.gantry.image.ImageService;
import io.gantry.plugins.log.LogDriverFactory;
import io.gantry.plugins.network.NetworkDriverFactory;
import io.gantry.plugins.runtime.ResourceSupport;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.runtime.RuntimeInfo;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.store.Settings;
import io.gantry.system.Build;
import io.gantry.system.EngineId;
import io.gantry.system.HostState;
import io.gantry.volume.VolumeService;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** The engine as clients see it: {@code /version} and {@code /info}. */
@Component
final class EngineViews {

  private static final String INDEX = "https://index.docker.io/v1/";

  private final CurrentOptions current;
  private final Containers containers;
  private final ImageService images;
  private final VolumeService volumes;
  private final Drivers drivers;
  private final StorageDriver storage;
  private final RuntimeDriver runtime;
  private final HostFacts host;
  private final Build build;
  private final String id;

  EngineViews(
      CurrentOptions current,
      Containers containers,
      ImageService images,
      VolumeService volumes,
      Drivers drivers,
      StorageDriver storage,
      RuntimeDriver runtime,
      HostFacts host,
      Build build,
      Settings settings) {
    this.current = current;
    this.containers = containers;
    this.images = images;
    this.volumes = volumes;
    this.drivers = drivers;
    this.storage = storage;
    this.runtime = runtime;
    this.host = host;
    this.build = build;
    this.id = EngineId.of(settings);
  }

  VersionView version() {
    Map<String, String> details = new LinkedHashMap<>();
    details.put("ApiVersion", ApiVersion.CURRENT.text());
    details.put("Arch", host.architecture());
    details.put("BuildTime", build.time());
    details.put("Experimental", Boolean.toString(current.get().experimental()));
    details.put("GitCommit", build.commit());
    details.put("GoVersion", javaVersion());
    details.put("KernelVersion", host.kernel());
    details.put("MinAPIVersion", ApiVersion.MINIMUM.text());
    details.put("Os", "linux");
    List<VersionView.Component> components = new ArrayList<>();
    components.add(new VersionView.Component("Engine", build.version(), details));
    for (RuntimeInfo info : runtime.runtimes()) {
      components.add(
          new VersionView.Component(
              info.name(), info.version(), Map.of("GitCommit", info.commit())));
    }
    return new VersionView(
        new VersionView.Platform("Gantry"),
        components,
        build.version(),
        ApiVersion.CURRENT.text(),
        ApiVersion.MINIMUM.text(),
        build.commit(),
        javaVersion(),
        "linux",
        host.architecture(),
        host.kernel(),
        build.time());
  }

  private static String javaVersion() {
    return "java" + Runtime.version();
  }

  /**
   * What clients of a version are told.
   *
   * @param listeners how many clients follow events
   */
  Object info(ApiVersion version, int listeners) {
    return OldInfo.of(info(listeners), version);
  }

  private InfoView info(int listeners) {
    DaemonOptions options = current.get();
    Counts counts = Counts.of(containers.all());
    ResourceSupport support = runtime.resourceSupport();
    List<RuntimeInfo> runtimes = runtime.runtimes();
    HostState state = HostState.read();
    Optional<RuntimeInfo> first = runtimes.stream().findFirst();
    return new InfoView(
        id,
        counts.all,
        counts.running,
        counts.paused,
        counts.all - counts.running - counts.paused,
        images.count(),
        options.storage().driver(),
        storage.status().stream().map(row -> List.of(row.name(), row.value())).toList(),
        new InfoView.Plugins(
            volumes.drivers(),
            drivers.names(NetworkDriverFactory.class),
            null,
            drivers.names(LogDriverFactory.class).stream()
                .filter(name -> !name.equals("none"))
                .sorted()
                .toList()),
        support.memoryLimit(),
        support.swapLimit(),
        support.cpuCfs(),
        support.cpuCfs(),
        support.cpuShares(),
        support.cpuset(),
        support.pidsLimit(),
        state.ipv4Forwarding(),
        options.logging().debug(),
        state.openDescriptors(),
        support.oomKillDisable(),
        support.kernelMemoryTcp(),
        Thread.activeCount(),
        Instant.now(),
        options.containers().logDriver(),
        support.cgroupDriver(),
        support.cgroupVersion(),
        listeners,
        host.kernel(),
        state.operatingSystem(),
        state.operatingSystemVersion(),
        "linux",
        host.architecture().equals("amd64") ? "x86_64" : host.architecture(),
        INDEX,
        registries(options.registry()),
        host.processors(),
        state.memory(),
        null,
        options.dataRoot().toString(),
        proxy("HTTP_PROXY"),
        proxy("HTTPS_PROXY"),
        proxy("NO_PROXY"),
        state.hostname(),
        options.labels(),
        options.experimental(),
        build.version(),
        runtimeViews(runtimes),
        options.containers().defaultRuntime().or(() -> first.map(RuntimeInfo::name)).orElse(""),
        InfoView.Swarm.INACTIVE,
        true,
        "",
        options
            .containers()
            .initPath()
            .map(path -> String.valueOf(path.getFileName()))
            .orElse("docker-init"),
        new InfoView.Commit(""),
        new InfoView.Commit(first.map(RuntimeInfo::commit).orElse("")),
        new InfoView.Commit(""),
        securityOptions(),
        pools(options.network()),
        new InfoView.Firewall("iptables"),
        List.of(),
        options.containers().hookSpec().map(Path::toString).orElse(""),
        warnings(support, state));
  }

  private static List<InfoView.AddressPool> pools(DaemonOptions.Network network) {
    return network.addressPools().stream()
        .map(pool -> new InfoView.AddressPool(pool.base().toString(), pool.size()))
        .toList();
  }

  private static Map<String, InfoView.RuntimeView> runtimeViews(List<RuntimeInfo> runtimes) {
    Map<String, InfoView.RuntimeView> views = new LinkedHashMap<>();
    runtimes.forEach(
        runtime -> views.put(runtime.name(), new InfoView.RuntimeView(runtime.path())));
    return views;
  }

  private static InfoView.Registries registries(DaemonOptions.Registry registry) {
    List<String> mirrors = registry.mirrors().stream().map(Object::toString).toList();
    Map<String, InfoView.Registries.Index> indexes = new LinkedHashMap<>();
    indexes.put("docker.io", new InfoView.Registries.Index(mirrors, "docker.io", true, true));
    List<String> networks = new ArrayList<>(List.of("::1/128", "127.0.0.0/8"));
    for (String insecure : registry.insecure()) {
      if (insecure.contains("/")) {
        networks.add(insecure);
      } else {
        indexes.put(insecure, new InfoView.Registries.Index(List.of(), insecure, false, false));
      }
    }
    return new InfoView.Registries(indexes, networks, mirrors);
  }

  /** What confines containers by default: neither AppArmor nor SELinux does. */
  private List<String> securityOptions() {
    List<String> security = new ArrayList<>();
    String profile = current.get().containers().seccompProfile();
    if (!profile.equals("unconfined")) {
      security.add("name=seccomp,profile=" + profile);
    }
    if (current.get().containers().noNewPrivileges()) {
      security.add("name=no-new-privileges");
    }
    return security;
  }

  private @Nullable List<String> warnings(ResourceSupport support, HostState state) {
    List<String> warnings = new ArrayList<>();
    Map<String, Boolean> has = new LinkedHashMap<>();
    has.put("memory limit", support.memoryLimit());
    has.put("swap limit", support.swapLimit());
    has.put("oom kill disable", support.oomKillDisable() || support.cgroupVersion().equals("2"));
    has.put("cpu cfs quota", support.cpuCfs());
    has.put("cpu cfs period", support.cpuCfs());
    has.put("cpu shares", support.cpuShares());
    has.put("cpuset", support.cpuset());
    has.forEach(
        (what, there) -> {
          if (!there) {
            warnings.add("WARNING: No " + what + " support");
          }
        });
    if (!state.ipv4Forwarding()) {
      warnings.add("WARNING: IPv4 forwarding is disabled");
    }
    runtime.warnings().forEach(warning -> warnings.add("WARNING: " + warning));
    drivers
        .problems()
        .forEach(
            problem ->
                warnings.add(
                    "WARNING: %s (%s): %s"
                        .formatted(problem.driver(), problem.source(), problem.message())));
    return warnings.isEmpty() ? null : warnings;
  }

  private static String proxy(String name) {
    return Optional.ofNullable(System.getenv(name))
        .or(() -> Optional.ofNullable(System.getenv(name.toLowerCase(Locale.ROOT))))
        .orElse("");
  }

  /** How many containers there are of each sort. */
  private record Counts(int all, int running, int paused) {
    static Counts of(List<Container> containers) {
      int running = 0;
      int paused = 0;
      for (Container container : containers) {
        State state = container.state();
        if (state.status() == Status.PAUSED) {
          paused++;
        } else if (state.isRunning()) {
          running++;
        }
      }
      return new Counts(containers.size(), running, paused);
    }
  }
}
