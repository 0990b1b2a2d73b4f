package io.gantry.api.listen;

import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/** Hands the {@link Connection} to the servlet as a request attribute. */
final class ConnectionValve extends ValveBase {

  ConnectionValve() {
    super(true);
  }

  @Override
  public void invoke(Request request, Response response) throws IOException, ServletException {
    request.setAttribute(
        Connection.ATTRIBUTE, request.getCoyoteRequest().getNote(EngineProcessor.NOTE));
    getNext().invoke(request, response);
  }
}
