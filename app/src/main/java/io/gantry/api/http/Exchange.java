package io.gantry.api.http;

import io.gantry.api.listen.Connection;
import io.gantry.error.EngineException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One request and its answer, as a controller sees them. For the request's thread. */
public final class Exchange {

  /** Far more than any real request; a body is read into memory whole. */
  private static final int MAX_JSON = 16 << 20;

  private static final String JSON_TYPE = "application/json";

  private final HttpServletRequest request;
  private final HttpServletResponse response;
  private final Json json;
  private final ApiVersion version;
  private final String variable;
  private final Query query;

  Exchange(
      HttpServletRequest request,
      HttpServletResponse response,
      Json json,
      ApiVersion version,
      String variable) {
    this.request = request;
    this.response = response;
    this.json = json;
    this.version = version;
    this.variable = variable;
    this.query = Query.parse(request.getQueryString());
  }

  /** The API version the client asked for, or the newest. */
  public ApiVersion version() {
    return version;
  }

  /** The value of the path's variable. */
  public String name() {
    return variable;
  }

  public Query query() {
    return query;
  }

  /** A request header, or the empty text. */
  public String header(String name) {
    return Objects.requireNonNullElse(request.getHeader(name), "");
  }

  public Connection connection() {
    return (Connection) request.getAttribute(Connection.ATTRIBUTE);
  }

  /** The body as it comes; it may be as long as an archive. */
  public InputStream body() throws IOException {
    connection().widen();
    return new BodyStream(request.getInputStream());
  }

  /** Whether there is no body, or none was announced. */
  public boolean bodyEmpty() {
    return request.getContentLengthLong() == 0
        || (request.getContentLengthLong() < 0 && header("Transfer-Encoding").isEmpty());
  }

  /** Whether the body has more bytes, or nobody knows how many. */
  public boolean bodyLongerThan(int bytes) {
    long length = request.getContentLengthLong();
    return length < 0 ? !bodyEmpty() : length > bytes;
  }

  /**
   * The body as JSON of a type; without a body what an empty object gives.
   *
   * @throws EngineException invalid, in dockerd's words
   */
  public <T> T json(Class<T> type) throws IOException {
    requireJsonType();
    return bodyEmpty() ? json.read("{}".getBytes(StandardCharsets.UTF_8), type) : read(type);
  }

  /**
   * Like {@link #json}, but an absent body is an error.
   *
   * @throws EngineException invalid, in dockerd's words
   */
  public <T> T requiredJson(Class<T> type) throws IOException {
    requireJsonType();
    return read(type);
  }

  /** Like {@link #requiredJson}, whatever the content type. */
  public <T> T anyJson(Class<T> type) throws IOException {
    return read(type);
  }

  private <T> T read(Class<T> type) throws IOException {
    byte[] bytes = request.getInputStream().readNBytes(MAX_JSON + 1);
    if (bytes.length > MAX_JSON) {
      throw EngineException.invalid(
          "invalid JSON: request body larger than " + MAX_JSON + " bytes");
    }
    return json.read(bytes, type);
  }

  private void requireJsonType() {
    String type = header("Content-Type");
    if (type.isEmpty() && bodyEmpty()) {
      return;
    }
    String media = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (media.isEmpty()) {
      throw EngineException.invalid(
          "malformed Content-Type header (" + type + "): mime: no media type");
    }
    if (media.endsWith("/")) {
      throw EngineException.invalid(
          "malformed Content-Type header (" + type + "): mime: expected token after slash");
    }
    if (!media.equals(JSON_TYPE)) {
      throw EngineException.invalid(
          "unsupported Content-Type header (" + type + "): must be '" + JSON_TYPE + "'");
    }
  }

  // the answer

  public Exchange answerHeader(String name, String value) {
    response.setHeader(name, value);
    return this;
  }

  /** Answers 204. */
  public void noContent() {
    status(HttpServletResponse.SC_NO_CONTENT);
  }

  /** Answers with a status and no body. */
  public void status(int status) {
    response.setStatus(status);
  }

  /** Answers 200 and JSON. */
  public void ok(@Nullable Object value) throws IOException {
    json(HttpServletResponse.SC_OK, value);
  }

  /** Answers with a status and JSON. */
  public void json(int status, @Nullable Object value) throws IOException {
    response.setStatus(status);
    response.setContentType(JSON_TYPE);
    json.write(response.getOutputStream(), value);
  }

  /** Answers 200 and a short text. */
  public void text(String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    response.setContentType("text/plain; charset=utf-8");
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }

  /**
   * Begins an answer of unknown length: the status and headers are sent now.
   *
   * @return flushing it sends what was written as one chunk
   */
  public OutputStream stream(int status, String contentType) throws IOException {
    OutputStream out = begin(status, contentType);
    response.flushBuffer();
    return out;
  }

  /**
   * Begins an answer that is sent when it is long enough, flushed or done; it may be as long as an
   * archive.
   */
  public OutputStream bytes(int status, String contentType) throws IOException {
    connection().widen();
    return begin(status, contentType);
  }

  private OutputStream begin(int status, String contentType) throws IOException {
    response.setStatus(status);
    response.setContentType(contentType);
    return response.getOutputStream();
  }

  /** JSON as in bodies, for streams of values. */
  public Json json() {
    return json;
  }

  /** Whether status and headers have been sent: nothing can be told but by breaking off. */
  public boolean begun() {
    return response.isCommitted();
  }

  /** The value of the header {@code Upgrade}, where the client asked for another protocol. */
  public Optional<String> upgrade() {
    return header("Connection").toLowerCase(Locale.ROOT).contains("upgrade")
        ? Optional.of(header("Upgrade")).filter(value -> !value.isEmpty())
        : Optional.empty();
  }

  /**
   * Takes the connection out of HTTP: after the handler has returned, {@code protocol} owns its
   * bytes. The status line and headers are sent as they are set here.
   *
   * @param status 101, or 200 for clients that don't ask for an upgrade
   */
  public void takeOver(int status, String contentType, String upgradeTo, Takeover protocol)
      throws IOException {
    response.setStatus(status);
    if (status == HttpServletResponse.SC_SWITCHING_PROTOCOLS) {
      if (!contentType.isEmpty()) {
        connection().header("Content-Type", contentType);
      }
      response.setHeader("Connection", "Upgrade");
      response.setHeader("Upgrade", upgradeTo);
    } else {
      response.setContentType(contentType);
      response.setHeader("Connection", "close");
    }
    // a client that has left is noticed here: the protocol would never begin, nor end
    response.flushBuffer();
    try {
      TakeoverHandler handler = request.upgrade(TakeoverHandler.class);
      handler.protocol = protocol;
      handler.socket = connection().raw();
      handler.hangUp = connection().hangUp();
    } catch (jakarta.servlet.ServletException e) {
      throw new IOException("can't take over the connection", e);
    }
  }

  /**
   * What happens on a connection that left HTTP. Runs on a virtual thread; ends it by returning.
   */
  @FunctionalInterface
  public interface Takeover {
    void run(Client client) throws Exception;
  }

  /**
   * The other end of a connection that left HTTP.
   *
   * @param hangUp when it closes the connection, which the end of {@code in} need not be
   */
  public record Client(InputStream in, OutputStream out, Connection.HangUp hangUp) {}
}
