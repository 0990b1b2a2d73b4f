package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.container.record.Container;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Health;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.PortBinding;
import io.gantry.container.record.State;
import io.gantry.container.record.Status;
import io.gantry.network.EndpointSettings;
import io.gantry.network.LiveNetworking;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All of a container (API v1.51, definitions/ContainerInspectResponse). */
public record ContainerInspect(
    String id,
    String created,
    String path,
    List<String> args,
    StateView state,
    String image,
    String resolvConfPath,
    String hostnamePath,
    String hostsPath,
    String logPath,
    String name,
    int restartCount,
    String driver,
    String platform,
    String mountLabel,
    String processLabel,
    String appArmorProfile,
    @JsonProperty("ExecIDs") @Nullable List<String> execIds,
    HostConfig hostConfig,
    GraphDriver graphDriver,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRw,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRootFs,
    List<MountView> mounts,
    ContainerConfig config,
    NetworkSettings networkSettings) {

  /** {@code State} (API v1.51, definitions/ContainerState). */
  public record StateView(
      String status,
      boolean running,
      boolean paused,
      boolean restarting,
      @JsonProperty("OOMKilled") boolean oomKilled,
      boolean dead,
      long pid,
      int exitCode,
      String error,
      String startedAt,
      String finishedAt,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable HealthView health) {

    static StateView of(State state) {
      Status status = state.status();
      return new StateView(
          status.text(),
          state.isRunning() || status == Status.RESTARTING,
          status == Status.PAUSED,
          status == Status.RESTARTING,
          state.oomKilled(),
          status == Status.DEAD,
          state.pid(),
          state.exitCode(),
          state.error(),
          GoTime.text(state.startedAt()),
          GoTime.text(state.finishedAt()),
          HealthView.of(state.health()));
    }
  }

  /** {@code State.Health}. */
  public record HealthView(String status, int failingStreak, List<Result> log) {

    /** One probe. */
    public record Result(Instant start, Instant end, int exitCode, String output) {}

    static @Nullable HealthView of(@Nullable Health health) {
      return health == null
          ? null
          : new HealthView(
              health.status(),
              health.failingStreak(),
              health.log().stream()
                  .map(r -> new Result(r.start(), r.end(), r.exitCode(), r.output()))
                  .toList());
    }
  }

  /** {@code GraphDriver}: where the storage driver has the root file system. */
  public record GraphDriver(@Nullable Map<String, String> data, String name) {}

  /** {@code NetworkSettings} (API v1.51, definitions/NetworkSettings). */
  public record NetworkSettings(
      String bridge,
      @JsonProperty("SandboxID") String sandboxId,
      String sandboxKey,
      Map<String, @Nullable List<PortBinding>> ports,
      boolean hairpinMode,
      @JsonProperty("LinkLocalIPv6Address") String linkLocalIpv6Address,
      @JsonProperty("LinkLocalIPv6PrefixLen") int linkLocalIpv6PrefixLen,
      @JsonProperty("SecondaryIPAddresses") @Nullable List<String> secondaryIpAddresses,
      @JsonProperty("SecondaryIPv6Addresses") @Nullable List<String> secondaryIpv6Addresses,
      @JsonProperty("EndpointID") String endpointId,
      String gateway,
      @JsonProperty("GlobalIPv6Address") String globalIpv6Address,
      @JsonProperty("GlobalIPv6PrefixLen") int globalIpv6PrefixLen,
      @JsonProperty("IPAddress") String ipAddress,
      @JsonProperty("IPPrefixLen") int ipPrefixLen,
      @JsonProperty("IPv6Gateway") String ipv6Gateway,
      String macAddress,
      Map<String, EndpointView> networks) {

    static NetworkSettings of(
        Container container,
        Optional<LiveNetworking> live,
        String bridge,
        Map<String, EndpointView> networks) {
      EndpointView first = networks.get("bridge");
      String namespace = live.flatMap(LiveNetworking::netns).map(Path::toString).orElse("");
      return new NetworkSettings(
          first == null || container.state().started().isEmpty() ? "" : bridge,
          namespace.substring(namespace.lastIndexOf('/') + 1),
          namespace,
          live.map(now -> PortView.bindings(container, now)).orElse(Map.of()),
          false,
          "",
          0,
          null,
          null,
          first == null ? "" : first.endpointId(),
          first == null ? "" : first.gateway(),
          first == null ? "" : first.globalIpv6Address(),
          first == null ? 0 : first.globalIpv6PrefixLen(),
          first == null ? "" : first.ipAddress(),
          first == null ? 0 : first.ipPrefixLen(),
          first == null ? "" : first.ipv6Gateway(),
          first == null ? "" : first.macAddress(),
          networks);
    }
  }

  /** What an inspect gathers around a container's record. */
  public record Surroundings(
      Path etc,
      Optional<LiveNetworking> live,
      String bridge,
      Map<String, EndpointView> networks,
      List<String> execIds,
      GraphDriver graphDriver,
      String appArmorProfile,
      @Nullable Long sizeRw,
      @Nullable Long sizeRootFs) {}

  public static ContainerInspect of(Container container, Surroundings around) {
    List<String> argv = container.argv();
    State state = container.state();
    boolean tried = state.status() != Status.CREATED || !state.error().isEmpty();
    return new ContainerInspect(
        container.id(),
        GoTime.text(container.created()),
        argv.isEmpty() ? "" : argv.getFirst(),
        argv.isEmpty() ? argv : argv.subList(1, argv.size()),
        StateView.of(state),
        container.imageId(),
        tried ? around.etc().resolve("resolv.conf").toString() : "",
        tried ? around.etc().resolve("hostname").toString() : "",
        tried ? around.etc().resolve("hosts").toString() : "",
        tried ? container.logPath() : "",
        "/" + container.name(),
        container.restarts().count(),
        container.driver(),
        "linux",
        "",
        "",
        around.appArmorProfile(),
        around.execIds().isEmpty() ? null : around.execIds(),
        container.hostConfig().shownFor(container.name()),
        around.graphDriver(),
        around.sizeRw(),
        around.sizeRootFs(),
        MountView.of(container.mounts()),
        withMacAddress(container),
        NetworkSettings.of(container, around.live(), around.bridge(), around.networks()));
  }

  /** The address asked for of its main network is shown as the container's too. */
  private static ContainerConfig withMacAddress(Container container) {
    EndpointSettings main =
        container
            .networks()
            .getOrDefault(container.hostConfig().networkMode(), EndpointSettings.NONE);
    return main.macAddress().isEmpty()
        ? container.config()
        : container.config().withMacAddress(main.macAddress());
  }
}
