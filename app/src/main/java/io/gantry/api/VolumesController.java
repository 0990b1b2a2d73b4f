package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Routes;
import io.gantry.api.wire.Replies;
import io.gantry.api.wire.VolumeRequest;
import io.gantry.api.wire.VolumeView;
import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.volume.PrunedVolumes;
import io.gantry.volume.VolumeFilter;
import io.gantry.volume.VolumeService;
import java.io.IOException;
import java.util.List;
import org.springframework.stereotype.Component;

/** {@code /volumes} (API v1.51, tag Volume). */
@Component
final class VolumesController implements Controller {

  /** Since this version only anonymous volumes are pruned unless all are asked for. */
  private static final int ANONYMOUS_ONLY = 42;

  private final VolumeService volumes;

  VolumesController(VolumeService volumes) {
    this.volumes = volumes;
  }

  @Override
  public void routes(Routes routes) {
    routes
        .get("/volumes", this::list)
        .get("/volumes/{name}", this::inspect)
        .post("/volumes/create", this::create)
        .post("/volumes/prune", this::prune)
        .put("/volumes/{name}", VolumesController::update)
        .delete("/volumes/{name}", this::remove);
  }

  private void list(Exchange exchange) throws IOException {
    List<VolumeView> views =
        volumes.list(VolumeFilter.forList(filters(exchange))).stream().map(VolumeView::of).toList();
    exchange.ok(new VolumeView.Listing(views, null));
  }

  private static Filters filters(Exchange exchange) {
    try {
      return exchange.query().filters();
    } catch (EngineException e) {
      throw new EngineException(e.kind(), "error reading volume filters: " + e.getMessage(), e);
    }
  }

  private void inspect(Exchange exchange) throws IOException {
    exchange.ok(VolumeView.of(volumes.get(exchange.name()), volumes.status(exchange.name())));
  }

  private void create(Exchange exchange) throws IOException {
    VolumeRequest request = exchange.json(VolumeRequest.class);
    if (request.clusterVolumeSpec() != null) {
      throw new EngineException(EngineException.Kind.UNAVAILABLE, Swarm.NO_MANAGER);
    }
    exchange.json(201, VolumeView.of(volumes.create(request.request())));
  }

  private void prune(Exchange exchange) throws IOException {
    Filters filters = exchange.query().filters();
    if (exchange.version().before(ANONYMOUS_ONLY)) {
      filters = filters.with("all", "true");
    }
    PrunedVolumes pruned = volumes.prune(VolumeFilter.forPrune(filters));
    exchange.ok(new Replies.VolumesPruned(pruned.deleted(), pruned.spaceReclaimed()));
  }

  private static void update(Exchange exchange) {
    throw new EngineException(
        EngineException.Kind.UNAVAILABLE,
        "volume update only valid for cluster volumes, but swarm is unavailable");
  }

  private void remove(Exchange exchange) {
    volumes.remove(exchange.name(), exchange.query().flag("force"));
    exchange.noContent();
  }
}
