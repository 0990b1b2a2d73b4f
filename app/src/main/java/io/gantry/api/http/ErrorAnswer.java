package io.gantry.api.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.error.EngineException;
import io.gantry.plugins.DriverException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a client is told of a failure.
 *
 * @param status HTTP status
 * @param message the text of Docker's error body
 */
public record ErrorAnswer(int status, String message) {

  private static final Logger log = LoggerFactory.getLogger(ErrorAnswer.class);

  /** The body: {@code {"message": …}} (API v1.51, definitions/ErrorResponse). */
  public record Body(@JsonProperty("message") String message) {}

  /** Decides the answer; causes that clients aren't told are logged. */
  public static ErrorAnswer of(Throwable failure, String request) {
    switch (failure) {
      case EngineException e -> {
        if (e.kind() == EngineException.Kind.SYSTEM) {
          log.warn("{}: {}", request, e.getMessage(), e.getCause());
        }
        return new ErrorAnswer(e.kind().status(), text(e));
      }
      case DriverException e -> {
        if (e.kind() == DriverException.Kind.SYSTEM) {
          log.warn("{}: {}", request, e.getMessage(), e.getCause());
        }
        return new ErrorAnswer(EngineException.Kind.of(e.kind()).status(), text(e));
      }
      default -> {
        log.error("{} failed", request, failure);
        return new ErrorAnswer(500, text(failure));
      }
    }
  }

  public Body body() {
    return new Body(message);
  }

  private static String text(Throwable failure) {
    String message = failure.getMessage();
    if (failure instanceof IOException && message == null) {
      return "input/output error";
    }
    return message == null || message.isEmpty() ? failure.getClass().getSimpleName() : message;
  }
}
