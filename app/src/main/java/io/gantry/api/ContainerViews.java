package io.gantry.api;

import io.gantry.api.http.ApiVersion;
import io.gantry.api.wire.ContainerInspect;
import io.gantry.api.wire.ContainerInspect.GraphDriver;
import io.gantry.api.wire.ContainerInspect.Surroundings;
import io.gantry.api.wire.ContainerRow;
import io.gantry.api.wire.EndpointView;
import io.gantry.config.DaemonOptions;
import io.gantry.container.ContainerFiles;
import io.gantry.container.exec.ExecService;
import io.gantry.container.index.ContainerPaths;
import io.gantry.container.record.Container;
import io.gantry.container.spec.HostFacts;
import io.gantry.container.spec.SecurityOptions;
import io.gantry.image.Image;
import io.gantry.image.ImageService;
import io.gantry.network.EndpointSettings;
import io.gantry.network.LiveNetworking;
import io.gantry.network.Network;
import io.gantry.network.NetworkService;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.storage.StorageDriver;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;

/**
 * Containers as clients see them: their records, with what networks, images and storage know of
 * them. Takes no lock.
 */
@Component
final class ContainerViews {

  /** Clients since 1.44 know the names an endpoint has. */
  private static final int DNS_NAMES = 44;

  /** Since this version aliases are only what was asked for. */
  private static final int SEPARATE_ALIASES = 45;

  private static final Set<String> PREDEFINED = Set.of("bridge", "host", "none", "default");

  /** Clients since 1.46 find annotations in lists. */
  private static final int ANNOTATIONS = 46;

  private final NetworkService networks;
  private final ImageService images;
  private final ExecService execs;
  private final ContainerPaths paths;
  private final StorageDriver storage;
  private final ContainerFiles files;
  private final HostFacts host;
  private final String bridge;

  ContainerViews(
      NetworkService networks,
      ImageService images,
      ExecService execs,
      ContainerPaths paths,
      StorageDriver storage,
      ContainerFiles files,
      HostFacts host,
      DaemonOptions options) {
    this.networks = networks;
    this.images = images;
    this.execs = execs;
    this.paths = paths;
    this.storage = storage;
    this.files = files;
    this.host = host;
    this.bridge = options.network().bridge();
  }

  /** The rows of a list. */
  List<ContainerRow> rows(List<Container> containers, boolean size, ApiVersion version) {
    Instant now = Instant.now();
    Map<String, String> ids = networkIds();
    Map<String, Optional<String>> imageIds = new HashMap<>();
    UnaryOperator<String> imageId =
        name -> imageIds.computeIfAbsent(name, key -> images.find(key).map(Image::id)).orElse("");
    return containers.stream()
        .map(
            container -> {
              Optional<LiveNetworking> live = networks.live(container.id());
              String image = container.config().image();
              boolean same = imageId.apply(image).equals(container.imageId());
              Optional<ContainerFiles.Size> known =
                  size ? Optional.of(files.size(container)) : Optional.empty();
              return ContainerRow.of(
                  container,
                  same ? image : container.imageId(),
                  live,
                  endpoints(container, live, ids, version),
                  known.map(ContainerFiles.Size::changes).orElse(null),
                  known.map(ContainerFiles.Size::all).orElse(null),
                  version.atLeast(ANNOTATIONS),
                  now);
            })
        .toList();
  }

  /** All of a container. */
  ContainerInspect inspect(Container container, boolean size, ApiVersion version) {
    Optional<LiveNetworking> live = networks.live(container.id());
    Optional<ContainerFiles.Size> known =
        size ? Optional.of(files.size(container)) : Optional.empty();
    Map<String, String> data = new LinkedHashMap<>();
    if (storage.stat(container.id()).isPresent()) {
      data.put("ID", container.id());
      data.putAll(storage.details(container.id()));
    }
    return ContainerInspect.of(
        container,
        new Surroundings(
            paths.etc(container.id()),
            live,
            bridge,
            endpoints(container, live, networkIds(), version),
            execs.running(container.id()),
            new GraphDriver(data.isEmpty() ? null : data, container.driver()),
            SecurityOptions.apparmorProfile(container.hostConfig(), host).orElse(""),
            known.map(ContainerFiles.Size::changes).orElse(null),
            known.map(ContainerFiles.Size::all).orElse(null)));
  }

  private Map<String, String> networkIds() {
    return networks.list().stream().collect(Collectors.toMap(Network::name, Network::id));
  }

  private Map<String, EndpointView> endpoints(
      Container container,
      Optional<LiveNetworking> live,
      Map<String, String> ids,
      ApiVersion version) {
    Map<String, EndpointView> views = new LinkedHashMap<>();
    container
        .networks()
        .forEach(
            (name, settings) -> {
              String id = ids.getOrDefault(name, "");
              Optional<Attachment> attachment =
                  live.flatMap(now -> now.endpoint(id)).map(LiveNetworking.Endpoint::attachment);
              List<String> names =
                  version.atLeast(DNS_NAMES) ? dnsNames(container, name, settings) : List.of();
              EndpointSettings shown =
                  version.before(SEPARATE_ALIASES) && !PREDEFINED.contains(name)
                      ? settings.withAliases(oldAliases(container, settings))
                      : settings;
              String shownId = container.state().started().isPresent() ? id : "";
              views.put(name, EndpointView.of(shown, shownId, attachment, names));
            });
    return views;
  }

  /** Before there were DNS names, what a container is found by was listed as its aliases. */
  private static List<String> oldAliases(Container container, EndpointSettings settings) {
    Set<String> aliases = new LinkedHashSet<>(settings.aliases());
    aliases.add(container.shortId());
    aliases.add(container.config().hostname());
    return List.copyOf(aliases);
  }

  private List<String> dnsNames(Container container, String network, EndpointSettings settings) {
    return networks.dnsNames(
        network,
        container.name(),
        container.id(),
        container.config().hostname(),
        settings.aliases());
  }
}
