package io.gantry.container;

import io.gantry.container.index.Containers;
import io.gantry.container.index.Links;
import io.gantry.container.record.Container;
import io.gantry.container.record.HostConfig;
import io.gantry.container.spec.LinkEnvironment;
import io.gantry.error.EngineException;
import io.gantry.network.ContainerNetworking;
import io.gantry.network.NetworkService;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.stereotype.Component;

/**
 * What {@code HostConfig.Links} mean now: the containers they name, their addresses and exposed
 * ports. Links other than those of the default bridge are only names, which DNS answers.
 */
@Component
final class ContainerLinks implements Links {

  private final Containers containers;
  private final NetworkService networks;

  ContainerLinks(Containers containers, NetworkService networks) {
    this.containers = containers;
    this.networks = networks;
  }

  /** Exposed ports of the containers that one is linked to on the default bridge, by id. */
  Map<String, Set<String>> exposedTo(Container container) {
    Map<String, Set<String>> exposed = new LinkedHashMap<>();
    if (container.hostConfig().networkMode().equals("bridge")) {
      for (String link : container.hostConfig().links()) {
        containers
            .find(target(link))
            .ifPresent(other -> exposed.put(other.id(), other.config().exposedPorts()));
      }
    }
    return exposed;
  }

  private static String target(String link) {
    int colon = link.indexOf(':');
    return colon < 0 ? link : link.substring(0, colon);
  }

  @Override
  public List<String> linkEnvironment(Container container) {
    if (!container.hostConfig().networkMode().equals("bridge")) {
      return List.of();
    }
    List<String> environment = new ArrayList<>();
    for (ContainerNetworking.Link link : of(container.hostConfig())) {
      Container other = containers.get(link.containerId());
      networks.live(other.id()).stream()
          .flatMap(live -> live.endpoints().stream())
          .flatMap(endpoint -> endpoint.attachment().ipv4().stream())
          .findFirst()
          .ifPresent(
              address ->
                  environment.addAll(
                      LinkEnvironment.of(
                          container.name(),
                          link.alias(),
                          address.address().getHostAddress(),
                          other.config().exposedPorts(),
                          other.config().env())));
    }
    return environment;
  }

  /**
   * Refuses a start or an exec by a user where links lead nowhere, as dockerd does. A start by the
   * restart policy and a health check go on: the other one may come later.
   */
  @Override
  public void requireLinksRun(Container container) {
    if (!container.hostConfig().networkMode().equals("bridge")) {
      return;
    }
    for (ContainerNetworking.Link link : of(container.hostConfig())) {
      Container other = containers.get(link.containerId());
      if (!other.state().isRunning()) {
        throw EngineException.system(
            "Cannot link to a non running container: /%s AS /%s/%s"
                .formatted(other.name(), container.name(), link.alias()),
            null);
      }
    }
  }

  /** The containers that a configuration links to, as they are now. */
  List<ContainerNetworking.Link> of(HostConfig host) {
    List<ContainerNetworking.Link> links = new ArrayList<>();
    for (String link : host.links()) {
      String reference = target(link);
      Container other =
          containers
              .find(reference)
              .orElseThrow(
                  () -> EngineException.invalid("could not get container for " + reference));
      links.add(new ContainerNetworking.Link(other.id(), other.name(), alias(link)));
    }
    return links;
  }

  /**
   * The name by which a link calls the other container: {@code other:alias}, {@code
   * /other:/this/alias}.
   */
  static String alias(String link) {
    String name = link.substring(link.indexOf(':') + 1);
    return name.substring(name.lastIndexOf('/') + 1);
  }
}
