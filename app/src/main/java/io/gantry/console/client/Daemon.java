package io.gantry.console.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The daemon, as its REST API shows it (Docker Engine API v1.51). Each request has a connection of
 * its own. Thread-safe; {@link #interrupt} ends the requests under way.
 */
public final class Daemon {

  /** The version of the API that is spoken. */
  public static final String API_VERSION = "1.51";

  private static final String VERSION = "/v" + API_VERSION;
  private static final int LARGEST_ANSWER = 256 << 20;
  private static final JsonMapper JSON = new JsonMapper();

  private final DaemonAddress address;
  private final Set<Connection> open = ConcurrentHashMap.newKeySet();

  public Daemon(DaemonAddress address) {
    this.address = address;
  }

  public DaemonAddress address() {
    return address;
  }

  public JsonNode get(Resource resource) throws IOException {
    return json("GET", resource, null);
  }

  public JsonNode post(Resource resource) throws IOException {
    return json("POST", resource, null);
  }

  public JsonNode post(Resource resource, JsonNode body) throws IOException {
    return json("POST", resource, body);
  }

  public JsonNode delete(Resource resource) throws IOException {
    return json("DELETE", resource, null);
  }

  private JsonNode json(String method, Resource resource, @Nullable JsonNode body)
      throws IOException {
    try (Stream stream = stream(method, resource, body, Map.of(), false)) {
      return stream.json();
    }
  }

  /** A request whose answer is read bit by bit. */
  public Stream stream(String method, Resource resource) throws IOException {
    return stream(method, resource, null, Map.of(), false);
  }

  /** A request with header fields of its own. */
  public Stream stream(String method, Resource resource, Map<String, String> fields)
      throws IOException {
    return stream(method, resource, null, fields, false);
  }

  /** A request that leaves HTTP: the connection becomes the streams of a process. */
  public Stream hijack(Resource resource, @Nullable JsonNode body) throws IOException {
    return stream("POST", resource, body, Map.of(), true);
  }

  private Stream stream(
      String method,
      Resource resource,
      @Nullable JsonNode body,
      Map<String, String> fields,
      boolean upgrade)
      throws IOException {
    SocketChannel channel;
    try {
      channel = address.connect();
    } catch (IOException e) {
      throw new NoDaemonException(address, e);
    }
    byte[] bytes = body == null ? null : JSON.writeValueAsBytes(body);
    Connection connection =
        Connection.open(channel, method, VERSION + resource, fields, bytes, upgrade);
    if (!connection.succeeded()) {
      try (connection) {
        throw refusal(connection);
      }
    }
    open.add(connection);
    return new Stream(connection);
  }

  private static DaemonException refusal(Connection connection) throws IOException {
    byte[] body = connection.body().readNBytes(LARGEST_ANSWER);
    String message = "HTTP status " + connection.status();
    try {
      message = parse(body).path("message").asString(message);
    } catch (IOException e) {
      // Not the daemon's own answer: the status has to do.
    }
    return new DaemonException(connection.status(), message);
  }

  /** Reads a document; an empty body is a missing node. */
  static JsonNode parse(byte[] body) throws IOException {
    try {
      return JSON.readTree(body);
    } catch (JacksonException e) {
      throw new IOException("the daemon's answer is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Ends the requests under way: their threads get an exception. */
  public void interrupt() {
    open.forEach(Connection::close);
  }

  /** An answer under way. */
  public final class Stream implements AutoCloseable {

    private final Connection connection;

    private Stream(Connection connection) {
      this.connection = connection;
    }

    public Connection connection() {
      return connection;
    }

    public InputStream body() throws IOException {
      return connection.body();
    }

    /** The answer, which is one document. */
    public JsonNode json() throws IOException {
      return parse(body().readNBytes(LARGEST_ANSWER));
    }

    /** The documents of the answer, one after the other. */
    public void forEach(JsonConsumer consumer) throws IOException {
      try (var parser = JSON.createParser(body());
          var documents = JSON.readerFor(JsonNode.class).<JsonNode>readValues(parser)) {
        while (documents.hasNextValue()) {
          consumer.accept(documents.nextValue());
        }
      } catch (JacksonException e) {
        if (e.getCause() instanceof IOException cause) {
          throw cause;
        }
        throw new IOException("the daemon's answer is not JSON: " + e.getOriginalMessage(), e);
      } catch (UncheckedIOException e) {
        throw new IOException(e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      open.remove(connection);
      connection.close();
    }
  }

  /** Takes one document. */
  @FunctionalInterface
  public interface JsonConsumer {
    void accept(JsonNode document) throws IOException;
  }
}
