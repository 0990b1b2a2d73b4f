package io.gantry.network;

import io.gantry.config.DaemonOptions;
import io.gantry.error.EngineException;
import io.gantry.id.Ids;
import io.gantry.linux.netns.NetNamespace;
import io.gantry.network.NetworkIndex.Entry;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.NetworkDriver;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.NetworkState;
import io.gantry.plugins.network.Passage;
import io.gantry.plugins.network.PublishedPort;
import io.gantry.plugins.network.Repairs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings networks up at the start of the daemon, and back in step later: the same path after a
 * clean end, a kill, and a power cut.
 */
final class NetworkStart {

  private static final Logger log = LoggerFactory.getLogger(NetworkStart.class);

  private final NetworkStore store;
  private final NetworkDrivers drivers;
  private final NetworkIndex index;
  private final Sandboxes sandboxes;
  private final ContainerDns dns;
  private final DaemonOptions.Network options;
  private final Path directory;

  NetworkStart(
      NetworkStore store,
      NetworkDrivers drivers,
      NetworkIndex index,
      Sandboxes sandboxes,
      ContainerDns dns,
      DaemonOptions.Network options,
      Path directory) {
    this.store = store;
    this.drivers = drivers;
    this.index = index;
    this.sandboxes = sandboxes;
    this.dns = dns;
    this.options = options;
    this.directory = directory;
  }

  Repairs run(Predicate<String> running) {
    try {
      Files.createDirectories(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } catch (IOException e) {
      throw EngineException.system("make " + directory + ": " + e.getMessage(), e);
    }
    List<LiveNetworking> live = new ArrayList<>();
    for (LiveNetworking known : store.live()) {
      boolean there = known.netns().map(NetNamespace::exists).orElse(true);
      if (running.test(known.containerId()) && there) {
        live.add(known);
      } else {
        store.deleteLater(known.containerId());
      }
    }
    List<Network> stored = store.networks();
    stored.stream()
        .filter(n -> n.driver().equals(NetworkDrivers.BRIDGE) || !n.isPredefined())
        .forEach(index::add);
    live.forEach(sandboxes::adopt);
    fixed(stored, Predefined.HOST, NetworkDrivers.HOST);
    fixed(stored, Predefined.NONE, NetworkDrivers.NULL);
    Repairs repairs = reconcileBeforeBridge();
    bridge();
    removeStrayNamespaces();
    return repairs;
  }

  /** The default bridge last: its subnet must not overlap another network's. */
  private Repairs reconcileBeforeBridge() {
    Optional<Entry> bridge = index.byName(Predefined.BRIDGE);
    boolean keep = bridge.map(this::fits).orElse(true);
    if (!keep) {
      bridge.ifPresent(this::forget);
    }
    return reconcile();
  }

  private boolean fits(Entry entry) {
    if (!entry.members.isEmpty()) {
      return true;
    }
    return DefaultBridge.wanted(options)
        && DefaultBridge.fits(
            entry.network,
            DefaultBridge.spec(options, entry.network.id(), Optional.of(entry.network)));
  }

  /**
   * Out of the index, so that reconciliation takes its bridge away; the record stays until there is
   * another.
   */
  private void forget(Entry entry) {
    index.remove(entry);
    if (!DefaultBridge.wanted(options)) {
      store.delete(entry.network.id());
    }
  }

  private void bridge() {
    if (!DefaultBridge.wanted(options) || index.byName(Predefined.BRIDGE).isPresent()) {
      return;
    }
    Optional<Network> before =
        store.networks().stream().filter(n -> n.name().equals(Predefined.BRIDGE)).findFirst();
    String id = before.map(Network::id).orElseGet(Ids::random);
    NetworkDriver driver = drivers.get(NetworkDrivers.BRIDGE);
    try {
      NetworkSpec planned = driver.plan(DefaultBridge.spec(options, id, before));
      Network network =
          new Network(
              planned,
              NetworkDrivers.BRIDGE,
              before.map(Network::created).orElseGet(Instant::now),
              new Network.Ipam("default", Map.of(), false),
              false,
              false,
              "",
              Map.of());
      store.put(network);
      driver.create(planned);
      index.add(network);
    } catch (DriverException e) {
      throw EngineException.of("make the default bridge network " + options.bridge() + ": ", e);
    }
  }

  private void fixed(List<Network> stored, String name, String driver) {
    Optional<Network> known = stored.stream().filter(n -> n.name().equals(name)).findFirst();
    Network network =
        known.orElseGet(
            () ->
                new Network(
                    new NetworkSpec(Ids.random(), name, Map.of(), List.of(), true, false, false),
                    driver,
                    Instant.now(),
                    new Network.Ipam("default", Map.of(), false),
                    false,
                    false,
                    "",
                    Map.of()));
    if (known.isEmpty()) {
      store.put(network);
    }
    if (index.byName(name).isEmpty()) {
      index.add(network);
    }
  }

  static Network with(Network network, NetworkSpec spec) {
    return new Network(
        spec,
        network.driver(),
        network.created(),
        network.ipam(),
        network.attachable(),
        network.configOnly(),
        network.configFrom(),
        network.labels());
  }

  /**
   * Puts the kernel in step with the records, driver by driver; one that fails does not stop the
   * others.
   */
  Repairs reconcile() {
    List<String> done = new ArrayList<>();
    List<String> failed = new ArrayList<>();
    List<String> lost = new ArrayList<>();
    Set<String> used = new TreeSet<>();
    used.add(NetworkDrivers.BRIDGE);
    index.all().forEach(entry -> used.add(entry.network.driver()));
    for (String driver : used) {
      try {
        Repairs repairs = drivers.get(driver).reconcile(states(driver));
        done.addAll(repairs.done());
        failed.addAll(repairs.failed());
        lost.addAll(repairs.lostEndpoints());
      } catch (EngineException | DriverException e) {
        failed.add("network driver " + driver + ": " + e.getMessage());
      }
    }
    resolvers(failed);
    return new Repairs(done, failed, lost);
  }

  private void resolvers(List<String> failed) {
    for (LiveNetworking container : sandboxes.all().values()) {
      container.endpoints().forEach(dns::add);
      if (container.resolver().isPresent() && !dns.isOpen(container.containerId())) {
        try {
          String id = container.containerId();
          dns.open(container, () -> sandboxes.live(id).orElse(container));
        } catch (EngineException e) {
          failed.add(String.valueOf(e.getMessage()));
        }
      }
    }
  }

  private List<NetworkState> states(String driver) {
    return index.all().stream()
        .filter(entry -> entry.network.driver().equals(driver) && !entry.network.configOnly())
        .map(
            entry ->
                new NetworkState(
                    entry.network.spec(),
                    entry.members.values().stream()
                        .map(m -> state(m.containerId(), m.endpoint().attachment()))
                        .toList()))
        .toList();
  }

  private NetworkState.EndpointState state(String containerId, Attachment attachment) {
    List<PublishedPort> ports =
        sandboxes
            .live(containerId)
            .filter(
                live ->
                    Endpoints.route(live.endpoints())
                        .filter(e -> e.attachment().equals(attachment))
                        .isPresent())
            .map(LiveNetworking::ports)
            .orElse(List.of());
    boolean bridge =
        index
            .byName(Predefined.BRIDGE)
            .filter(entry -> entry.network.id().equals(attachment.networkId()))
            .isPresent();
    List<Passage> passages =
        sandboxes
            .live(containerId)
            .filter(live -> bridge)
            .map(LiveNetworking::passages)
            .orElse(List.of());
    return new NetworkState.EndpointState(attachment, ports, passages);
  }

  /**
   * Files of namespaces whose containers do not run: the daemon ended between making one and
   * starting its container.
   */
  private void removeStrayNamespaces() {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        if (sandboxes.live(String.valueOf(file.getFileName())).isEmpty()) {
          NetNamespace.remove(file);
        }
      }
    } catch (IOException e) {
      log.warn("Stray network namespaces below {} could not be removed", directory, e);
    }
  }
}
