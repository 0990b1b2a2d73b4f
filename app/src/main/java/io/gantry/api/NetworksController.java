package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Routes;
import io.gantry.api.wire.NetworkRequest;
import io.gantry.api.wire.NetworkView;
import io.gantry.api.wire.Replies;
import io.gantry.container.ContainerNetworks;
import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.error.EngineException;
import io.gantry.network.NetworkService;
import io.gantry.units.Bools;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** {@code /networks} (API v1.51, tag Network). */
@Component
final class NetworksController implements Controller {

  /** Since this version lists leave out the containers. */
  private static final int NO_CONTAINERS = 28;

  /** Clients since 1.48 say whether a network has IPv4. */
  private static final int IPV4_CHOSEN = 48;

  private final NetworkService networks;
  private final ContainerNetworks connections;
  private final Containers containers;

  NetworksController(
      NetworkService networks, ContainerNetworks connections, Containers containers) {
    this.networks = networks;
    this.connections = connections;
    this.containers = containers;
  }

  @Override
  public void routes(Routes routes) {
    routes
        .get("/networks", this::list)
        .get("/networks/", this::list)
        .get("/networks/{id}", this::inspect)
        .post("/networks/create", this::create)
        .post("/networks/prune", this::prune)
        .post("/networks/{id}/connect", this::connect)
        .post("/networks/{id}/disconnect", this::disconnect)
        .delete("/networks/{id}", this::remove);
  }

  private void list(Exchange exchange) throws IOException {
    NetworkFilter filter = NetworkFilter.forList(exchange.query().filters());
    Set<String> used = used();
    boolean members = exchange.version().before(NO_CONTAINERS);
    List<NetworkView> views =
        networks.inspectAll().stream()
            .filter(details -> filter.matches(details.network(), used))
            .map(details -> members ? NetworkView.of(details) : NetworkView.of(details.network()))
            .toList();
    exchange.ok(views);
  }

  private void inspect(Exchange exchange) throws IOException {
    String verbose = exchange.query().text("verbose");
    if (!verbose.isEmpty() && Bools.parse(verbose).isEmpty()) {
      throw EngineException.invalid(
          "invalid value for verbose: " + verbose + ": " + Bools.error(verbose));
    }
    String scope = exchange.query().text("scope");
    if (!scope.isEmpty() && !scope.equals("local")) {
      throw EngineException.notFound("network " + exchange.name() + " not found");
    }
    exchange.ok(NetworkView.of(networks.inspect(exchange.name())));
  }

  private void create(Exchange exchange) throws IOException {
    NetworkRequest request = exchange.json(NetworkRequest.class);
    if ("overlay".equals(request.driver())) {
      throw EngineException.forbidden(Swarm.NO_MANAGER);
    }
    if (request.ingress()) {
      throw EngineException.forbidden("Ingress network can only be global scope network");
    }
    boolean ipv4Chosen = exchange.version().atLeast(IPV4_CHOSEN);
    NetworkService.Created created = networks.create(request.request(ipv4Chosen));
    exchange.json(201, new Replies.CreatedNetwork(created.id(), created.warning()));
  }

  private void prune(Exchange exchange) throws IOException {
    NetworkFilter filter = NetworkFilter.forPrune(exchange.query().filters());
    List<String> deleted = networks.prune(network -> filter.matches(network, Set.of()), used());
    exchange.ok(new Replies.NetworksPruned(deleted.isEmpty() ? null : deleted));
  }

  private void connect(Exchange exchange) throws IOException {
    NetworkRequest.Connect request = exchange.json(NetworkRequest.Connect.class);
    connections.connect(required(request.container()), exchange.name(), request.settings());
    exchange.status(200);
  }

  private void disconnect(Exchange exchange) throws IOException {
    NetworkRequest.Disconnect request = exchange.json(NetworkRequest.Disconnect.class);
    connections.disconnect(required(request.container()), exchange.name(), request.force());
    exchange.status(200);
  }

  private void remove(Exchange exchange) {
    networks.remove(exchange.name());
    exchange.noContent();
  }

  private static String required(@Nullable String container) {
    String name = Objects.requireNonNullElse(container, "");
    if (name.isEmpty()) {
      throw EngineException.invalid("invalid name or ID supplied: \"\"");
    }
    return name;
  }

  /** Names of networks that containers, also stopped ones, are to be attached to. */
  private Set<String> used() {
    Set<String> used = new HashSet<>();
    for (Container container : containers.all()) {
      used.addAll(container.networks().keySet());
    }
    return used;
  }
}
