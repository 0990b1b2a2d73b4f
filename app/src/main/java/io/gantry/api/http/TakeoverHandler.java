package io.gantry.api.http;

import io.gantry.api.http.Exchange.Client;
import io.gantry.api.http.Exchange.Takeover;
import io.gantry.api.listen.Connection;
import io.gantry.api.listen.RawSocket;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a {@link Takeover} on the upgraded connection. Public, because Tomcat makes it. */
public final class TakeoverHandler implements HttpUpgradeHandler {

  private static final Logger log = LoggerFactory.getLogger(TakeoverHandler.class);

  @Nullable Takeover protocol;
  Optional<RawSocket> socket = Optional.empty();
  Connection.HangUp hangUp = action -> () -> {};

  /** For Tomcat. */
  public TakeoverHandler() {}

  @Override
  public void init(WebConnection connection) {
    Takeover takeover = protocol;
    try (connection) {
      if (takeover != null) {
        InputStream in = connection.getInputStream();
        OutputStream out = connection.getOutputStream();
        takeover.run(
            new Client(
                socket.map(RawSocket::input).orElse(in),
                socket.<OutputStream>map(raw -> raw.output(out)).orElse(out),
                hangUp));
      }
    } catch (IOException e) {
      log.debug("a taken-over connection broke", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (Exception e) {
      log.error("a taken-over connection failed", e);
    }
  }

  @Override
  public void destroy() {}
}
