package io.gantry.api.http;

import io.gantry.api.http.Exchange.Takeover;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a {@link Takeover} on the upgraded connection. Public, because Tomcat makes it. */
public final class TakeoverHandler implements HttpUpgradeHandler {

  private static final Logger log = LoggerFactory.getLogger(TakeoverHandler.class);

  @Nullable Takeover protocol;

  /** For Tomcat. */
  public TakeoverHandler() {}

  @Override
  public void init(WebConnection connection) {
    Takeover takeover = protocol;
    try (connection) {
      if (takeover != null) {
        takeover.run(connection.getInputStream(), connection.getOutputStream());
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
