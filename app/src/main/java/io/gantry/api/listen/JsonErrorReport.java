package io.gantry.api.listen;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Docker's error body for what Tomcat refuses before a handler sees it, for instance a path that
 * can't be decoded. Public, because Tomcat makes it by name.
 */
public final class JsonErrorReport extends ErrorReportValve {

  private static final Logger log = LoggerFactory.getLogger(JsonErrorReport.class);

  /** For Tomcat. */
  public JsonErrorReport() {}

  @Override
  protected void report(Request request, Response response, @Nullable Throwable throwable) {
    int status = response.getStatus();
    if (status < HttpServletResponse.SC_BAD_REQUEST
        || response.getContentWritten() > 0
        || !response.setErrorReported()) {
      return;
    }
    String reason =
        switch (status) {
          case HttpServletResponse.SC_BAD_REQUEST -> "bad request";
          case HttpServletResponse.SC_NOT_FOUND -> "page not found";
          default -> throwable == null ? "HTTP status " + status : "internal error";
        };
    byte[] body = ("{\"message\":\"" + reason + "\"}\n").getBytes(StandardCharsets.UTF_8);
    try {
      response.setContentType("application/json");
      response.setContentLength(body.length);
      response.getOutputStream().write(body);
      response.finishResponse();
    } catch (IOException e) {
      log.debug("the client left before the error could be told", e);
    }
  }
}
