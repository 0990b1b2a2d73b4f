package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Routes;
import io.gantry.config.CurrentOptions;
import io.gantry.error.EngineException;
import org.springframework.core.annotation.Order;
import org.springframework.stereotype.Component;

/**
 * {@code /containers/{name}/checkpoints}, which this engine does not have: refused as dockerd does
 * outside its experimental mode. Before the routes of containers: there a name ends with the path.
 */
@Component
@Order(0)
final class CheckpointsController implements Controller {

  private final CurrentOptions options;

  CheckpointsController(CurrentOptions options) {
    this.options = options;
  }

  @Override
  public void routes(Routes routes) {
    routes
        .get("/containers/{name}/checkpoints", this::refuse)
        .post("/containers/{name}/checkpoints", this::refuse)
        .delete("/containers/{name}/checkpoints/{checkpoint}", this::refuse);
  }

  private void refuse(Exchange exchange) {
    throw new EngineException(
        EngineException.Kind.UNSUPPORTED,
        options.get().experimental()
            ? "checkpoints: not supported by this engine"
            : "This experimental feature is disabled by default. Start the Docker daemon in"
                + " experimental mode in order to enable it.");
  }
}
