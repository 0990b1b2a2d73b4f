package io.gantry.api;

import io.gantry.api.http.Controller;
import io.gantry.api.http.Exchange;
import io.gantry.api.http.Routes;
import java.io.IOException;
import org.springframework.stereotype.Component;

/** {@code /_ping}: is there an engine, and which versions of the API does it speak? */
@Component
final class PingController implements Controller {

  @Override
  public void routes(Routes routes) {
    routes.get("/_ping", this::get).head("/_ping", this::head);
  }

  private void get(Exchange exchange) throws IOException {
    headers(exchange).text("OK");
  }

  private void head(Exchange exchange) throws IOException {
    headers(exchange).text("");
  }

  /**
   * The builder is told as the classic one (BuildKit is 2): a client that wants to build then sends
   * {@code POST /build}, which says that there is none, and opens no session for BuildKit.
   */
  private static Exchange headers(Exchange exchange) {
    return exchange
        .answerHeader("Builder-Version", "1")
        .answerHeader("Swarm", "inactive")
        .answerHeader("Cache-Control", "no-cache, no-store, must-revalidate")
        .answerHeader("Pragma", "no-cache");
  }
}
