package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Query;
import io.gantry.api.http.Routes;
import io.gantry.api.wire.CreateRequest;
import io.gantry.api.wire.Replies;
import io.gantry.api.wire.UpdateRequest;
import io.gantry.container.ContainerNetworks;
import io.gantry.container.ContainerQuery;
import io.gantry.container.ContainerService;
import io.gantry.container.CreatedContainer;
import io.gantry.container.ProcessTable;
import io.gantry.container.Pruned;
import io.gantry.container.record.Resources;
import io.gantry.error.EngineException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** {@code /containers}: their life, from create to remove (API v1.51, tag Container). */
@Component
final class ContainersController implements Controller {

  private static final int CREATED = 201;

  /** Length of {@code {"a":1}}, below which a body of a start may be an empty one. */
  private static final int NO_OPTIONS = 7;

  /** Since this version the limit of processes can be changed. */
  private static final int PIDS_UPDATES = 40;

  /** Since this version the signal of a stop can be chosen. */
  private static final int SIGNALS = 42;

  private final ContainerService containers;
  private final ContainerNetworks networks;
  private final ContainerViews views;
  private final CreateOptions createOptions;

  ContainersController(
      ContainerService containers,
      ContainerNetworks networks,
      ContainerViews views,
      CreateOptions createOptions) {
    this.containers = containers;
    this.networks = networks;
    this.views = views;
    this.createOptions = createOptions;
  }

  @Override
  public void routes(Routes routes) {
    routes
        .get("/containers/json", this::list)
        .get("/containers/{name}/json", this::inspect)
        .get("/containers/{name}/top", this::top)
        .post("/containers/create", this::create)
        .post("/containers/prune", this::prune)
        .post("/containers/{name}/start", this::start)
        .stream("POST", "/containers/{name}/stop", this::stop)
        .stream("POST", "/containers/{name}/restart", this::restart)
        .post("/containers/{name}/kill", this::kill)
        .post("/containers/{name}/pause", this::pause)
        .post("/containers/{name}/unpause", this::unpause)
        .post("/containers/{name}/rename", this::rename)
        .post("/containers/{name}/update", this::update)
        .post("/containers/{name}/resize", this::resize)
        .delete("/containers/{name}", this::remove);
  }

  private void list(Exchange exchange) throws IOException {
    Query query = exchange.query();
    int limit = query.number("limit").orElse(0);
    ContainerQuery wanted =
        new ContainerQuery(query.flag("all"), Math.max(limit, 0), query.filters());
    exchange.ok(views.rows(containers.list(wanted), query.flag("size"), exchange.version()));
  }

  private void inspect(Exchange exchange) throws IOException {
    exchange.ok(
        views.inspect(
            containers.get(exchange.name()), exchange.query().flag("size"), exchange.version()));
  }

  private void top(Exchange exchange) throws IOException {
    String arguments = exchange.query().given("ps_args").orElse("-ef");
    ProcessTable table = containers.top(exchange.name(), arguments);
    exchange.ok(new Replies.Top(table.rows(), table.titles()));
  }

  private void create(Exchange exchange) throws IOException {
    Query query = exchange.query();
    CreateRequest request = exchange.requiredJson(CreateRequest.class);
    CreateOptions.Meant meant =
        createOptions.read(
            request, query.given("name"), query.given("platform"), exchange.version());
    CreatedContainer created = containers.create(meant.request());
    List<String> warnings = new ArrayList<>(created.warnings());
    warnings.addAll(meant.warnings());
    exchange.json(CREATED, new Replies.Created(created.id(), warnings));
  }

  private void prune(Exchange exchange) throws IOException {
    Pruned pruned = containers.prune(exchange.query().filters());
    exchange.ok(
        new Replies.ContainersPruned(
            pruned.deleted().isEmpty() ? null : pruned.deleted(), pruned.spaceReclaimed()));
  }

  private void start(Exchange exchange) {
    if (exchange.bodyLongerThan(NO_OPTIONS)) {
      throw EngineException.invalid(
          "starting container with non-empty request body was deprecated since API v1.22 and"
              + " removed in v1.24");
    }
    if (!exchange.query().text("checkpoint").isEmpty()) {
      throw EngineException.invalid("checkpoint is only supported in experimental mode");
    }
    containers.start(exchange.name());
    exchange.noContent();
  }

  private void stop(Exchange exchange) {
    containers.stop(exchange.name(), exchange.query().number("t"), signal(exchange));
    exchange.noContent();
  }

  private void restart(Exchange exchange) {
    containers.restart(exchange.name(), exchange.query().number("t"), signal(exchange));
    exchange.noContent();
  }

  private static Optional<String> signal(Exchange exchange) {
    return exchange.query().given("signal").filter(given -> exchange.version().atLeast(SIGNALS));
  }

  private void kill(Exchange exchange) {
    try {
      containers.kill(exchange.name(), exchange.query().text("signal"));
    } catch (EngineException e) {
      String message = String.valueOf(e.getMessage());
      String start = "cannot kill container: ";
      throw message.startsWith(start)
          ? e
          : new EngineException(e.kind(), start + exchange.name() + ": " + message, e);
    }
    exchange.noContent();
  }

  private void pause(Exchange exchange) {
    containers.pause(exchange.name());
    exchange.noContent();
  }

  private void unpause(Exchange exchange) {
    containers.unpause(exchange.name());
    exchange.noContent();
  }

  private void rename(Exchange exchange) {
    containers.rename(exchange.name(), exchange.query().text("name"));
    exchange.noContent();
  }

  private void update(Exchange exchange) throws IOException {
    UpdateRequest request = exchange.json(UpdateRequest.class);
    if (request.accel() != null) {
      containers.refuseAccelerators(exchange.name(), request.accel());
    }
    Resources resources =
        exchange.version().before(PIDS_UPDATES)
            ? request.resources().withoutPidsLimit()
            : request.resources();
    List<String> warnings =
        containers.update(exchange.name(), resources, Optional.ofNullable(request.restartPolicy()));
    exchange.ok(new Replies.Warnings(warnings.isEmpty() ? null : warnings));
  }

  private void resize(Exchange exchange) {
    TerminalSize size = TerminalSize.of(exchange.query());
    containers.resize(exchange.name(), size.rows(), size.columns());
    exchange.status(200);
  }

  private void remove(Exchange exchange) {
    Query query = exchange.query();
    if (query.flag("link")) {
      networks.unlink(exchange.name());
      exchange.noContent();
      return;
    }
    containers.remove(exchange.name(), query.flag("v"), query.flag("force"));
    exchange.noContent();
  }
}
