package io.gantry.api.stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.api.http.ErrorAnswer;
import io.gantry.api.http.Exchange;
import io.gantry.api.listen.Connection;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.units.Sizes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Docker's stream of messages about a long operation (the CLI's {@code jsonmessage}). The answer
 * begins with the first message; a failure before it is an error answer like any other, a later one
 * is the last message. Thread-safe.
 */
public final class ProgressStream implements ProgressSink {

  private static final byte[] END = "\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int BAR = 50;

  /** One message. */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  private record Line(
      @JsonProperty("stream") @Nullable String stream,
      @JsonProperty("status") @Nullable String status,
      @JsonProperty("progressDetail") @Nullable Detail progressDetail,
      @JsonProperty("progress") @Nullable String progress,
      @JsonProperty("id") @Nullable String id,
      @JsonProperty("errorDetail") @Nullable Failure errorDetail,
      @JsonProperty("error") @Nullable String error,
      @JsonProperty("aux") @Nullable Map<String, Object> aux) {}

  @JsonInclude(JsonInclude.Include.NON_DEFAULT)
  private record Detail(@JsonProperty("current") long current, @JsonProperty("total") long total) {}

  private record Failure(@JsonProperty("message") String message) {}

  /** An operation that tells how far it is. */
  @FunctionalInterface
  public interface Operation {
    void run(ProgressSink progress) throws Exception;
  }

  private final Exchange exchange;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable OutputStream out;

  private ProgressStream(Exchange exchange) {
    this.exchange = exchange;
  }

  /** Runs an operation and sends what it tells. */
  public static void send(Exchange exchange, Operation operation) throws Exception {
    ProgressStream stream = new ProgressStream(exchange);
    try {
      operation.run(stream);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (RuntimeException e) {
      if (!exchange.begun()) {
        throw e;
      }
      stream.error(ErrorAnswer.of(e, "a stream of messages").message());
      return;
    }
    stream.begin();
  }

  /**
   * As {@link #send(Exchange, Operation)}, of what nobody wants any more when the client has left:
   * its thread is interrupted then.
   */
  public static void sendWhileThere(Exchange exchange, Operation operation) throws Exception {
    try (Connection.Watch watch = exchange.connection().interruptOnDeparture()) {
      send(exchange, operation);
    }
  }

  @Override
  public void send(Message message) {
    boolean counts = message.progress().filter(p -> p != Progress.NONE).isPresent();
    Line line =
        new Line(
            orNull(message.stream()),
            orNull(message.status()),
            message.progress().map(p -> new Detail(p.current(), p.total())).orElse(null),
            counts ? orNull(bar(message.progress().get())) : null,
            orNull(message.id()),
            message.error().isEmpty() ? null : new Failure(message.error()),
            orNull(message.error()),
            message.aux().isEmpty() ? null : message.aux());
    byte[] bytes = exchange.json().bytes(line);
    lock.lock();
    try {
      OutputStream to = begin();
      to.write(bytes);
      to.write(END);
      to.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  private OutputStream begin() throws IOException {
    lock.lock();
    try {
      OutputStream begun = out;
      if (begun == null) {
        begun = exchange.bytes(200, "application/json");
        out = begun;
      }
      return begun;
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }

  /** Docker's bar for a wide terminal. */
  static String bar(Progress progress) {
    long current = progress.current();
    long total = progress.total();
    if (current <= 0 && total <= 0) {
      return "";
    }
    if (total <= 0) {
      return "%8s".formatted(Sizes.decimal(current, 4));
    }
    int done = (int) Math.clamp(current * 100.0 / total / 2, 0, BAR);
    String numbers =
        "%8s".formatted(Sizes.decimal(current, 4))
            + (current > total ? "" : "/" + Sizes.decimal(total, 4));
    return "[" + "=".repeat(done) + ">" + " ".repeat(BAR - done) + "] " + numbers;
  }
}
