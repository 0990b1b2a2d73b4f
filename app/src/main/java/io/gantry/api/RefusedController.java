package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Handler;
import io.gantry.api.http.Routes;
import io.gantry.error.EngineException;
import java.io.IOException;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * What the engine does not have, refused by name: swarm as dockerd refuses it outside a swarm, and
 * the rest as not supported.
 */
@Component
final class RefusedController implements Controller {

  private static final List<String> SWARM =
      List.of("services", "nodes", "tasks", "secrets", "configs");

  @Override
  public void routes(Routes routes) {
    for (String kind : SWARM) {
      routes
          .get("/" + kind, RefusedController::noSwarm)
          .get("/" + kind + "/{id}", RefusedController::noSwarm)
          .post("/" + kind + "/{id}", RefusedController::noSwarm)
          .delete("/" + kind + "/{id}", RefusedController::noSwarm);
    }
    routes
        .get("/swarm", RefusedController::noSwarm)
        .get("/swarm/unlockkey", RefusedController::noSwarm)
        .post("/swarm/update", RefusedController::noSwarm)
        .post("/swarm/unlock", RefusedController::noSwarm)
        .post("/swarm/leave", RefusedController::notInSwarm)
        .post("/swarm/init", refuse("swarm mode"))
        .post("/swarm/join", refuse("swarm mode"))
        .get("/plugins", RefusedController::noPlugins)
        .get("/plugins/{name}/json", RefusedController::noPlugin)
        .delete("/plugins/{name}", RefusedController::noPlugin)
        .post("/plugins/{name}/enable", RefusedController::noPlugin)
        .post("/plugins/{name}/disable", RefusedController::noPlugin)
        .post("/plugins/{name}", refuse("managed plugins"))
        .get("/plugins/privileges", refuse("managed plugins"))
        .post("/build", refuse("building images"))
        .post("/session", refuse("build sessions"))
        .post("/grpc", refuse("build sessions"));
  }

  private static Handler refuse(String what) {
    return exchange -> {
      throw new EngineException(
          EngineException.Kind.UNSUPPORTED, what + ": not supported by this engine");
    };
  }

  private static void noSwarm(Exchange exchange) {
    throw new EngineException(EngineException.Kind.UNAVAILABLE, Swarm.NO_MANAGER);
  }

  private static void notInSwarm(Exchange exchange) {
    throw new EngineException(EngineException.Kind.UNAVAILABLE, "This node is not part of a swarm");
  }

  private static void noPlugins(Exchange exchange) throws IOException {
    exchange.ok(List.of());
  }

  private static void noPlugin(Exchange exchange) {
    throw EngineException.notFound("plugin \"" + exchange.name() + "\" not found");
  }
}
