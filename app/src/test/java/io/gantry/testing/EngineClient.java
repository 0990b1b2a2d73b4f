package io.gantry.testing;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the Engine API as simple as can be: one connection a request, blocking. */
public final class EngineClient {

  private static final JsonMapper JSON = new JsonMapper();

  private final Path socket;

  public EngineClient(Path socket) {
    this.socket = socket;
  }

  Path socket() {
    return socket;
  }

  /** An answer, read to its end. */
  public record Answer(int status, Map<String, String> headers, byte[] body) {

    public String text() {
      return new String(body, StandardCharsets.UTF_8);
    }

    public JsonNode json() {
      return JSON.readTree(body);
    }

    public boolean ok() {
      return status >= 200 && status < 300;
    }

    /** Itself, when it is a success. */
    public Answer expectOk() {
      if (!ok()) {
        throw new AssertionError("HTTP " + status + ": " + text());
      }
      return this;
    }
  }

  public Answer get(String path) throws IOException {
    return send("GET", path, null, null);
  }

  public Answer delete(String path) throws IOException {
    return send("DELETE", path, null, null);
  }

  public Answer post(String path) throws IOException {
    return send("POST", path, null, null);
  }

  public Answer post(String path, Object json) throws IOException {
    byte[] body =
        json instanceof String text
            ? text.getBytes(StandardCharsets.UTF_8)
            : JSON.writeValueAsBytes(json);
    return send("POST", path, "application/json", body);
  }

  public Answer send(String method, String path, @Nullable String type, byte @Nullable [] body)
      throws IOException {
    try (Stream stream = open(method, path, type, body)) {
      return stream.answer();
    }
  }

  /** Sends a request and leaves the answer's body to be read. */
  public Stream open(String method, String path, @Nullable String type, byte @Nullable [] body)
      throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      StringBuilder head = new StringBuilder();
      head.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: gantry\r\n");
      head.append("Connection: close\r\n");
      if (type != null) {
        head.append("Content-Type: ").append(type).append("\r\n");
      }
      if (body != null || method.equals("POST")) {
        head.append("Content-Length: ").append(body == null ? 0 : body.length).append("\r\n");
      }
      head.append("\r\n");
      OutputStream out = Channels.newOutputStream(channel);
      out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
      if (body != null) {
        out.write(body);
      }
      return new Stream(channel, method.equals("HEAD"));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  /** An answer whose body is still coming. */
  public static final class Stream implements AutoCloseable {

    private final SocketChannel channel;
    private final boolean headOnly;
    private final InputStream in;
    private final int status;
    private final Map<String, String> headers = new TreeMap<>();

    /**
     * @param headOnly whether no body follows, whatever the head says of one
     */
    Stream(SocketChannel channel, boolean headOnly) throws IOException {
      this.channel = channel;
      this.headOnly = headOnly;
      this.in = new BufferedInputStream(Channels.newInputStream(channel), 64 << 10);
      String line = line();
      status = Integer.parseInt(line.split(" ")[1]);
      for (line = line(); !line.isEmpty(); line = line()) {
        int colon = line.indexOf(':');
        headers.put(
            line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).strip());
      }
    }

    public int status() {
      return status;
    }

    private String line() throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      for (int b = in.read(); b != '\n'; b = in.read()) {
        if (b < 0) {
          throw new EOFException("the connection ended within a line");
        }
        bytes.write(b);
      }
      String line = bytes.toString(StandardCharsets.ISO_8859_1);
      return line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    }

    /** The next piece of a chunked body; empty at its end. */
    public byte[] chunk() throws IOException {
      int length = Integer.parseInt(line().split(";")[0].strip(), 16);
      byte[] data = in.readNBytes(length);
      if (data.length < length) {
        throw new EOFException("the connection ended within a chunk");
      }
      line();
      return data;
    }

    Answer answer() throws IOException {
      ByteArrayOutputStream body = new ByteArrayOutputStream();
      String length = headers.get("content-length");
      if (headOnly) {
        return new Answer(status, headers, new byte[0]);
      }
      if ("chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
        for (byte[] data = chunk(); data.length > 0; data = chunk()) {
          body.write(data);
        }
      } else if (length != null) {
        byte[] data = in.readNBytes(Integer.parseInt(length));
        if (data.length < Integer.parseInt(length)) {
          throw new EOFException("the connection ended within the body");
        }
        body.write(data);
      } else if (status != 204 && status != 304) {
        in.transferTo(body);
      }
      return new Answer(status, headers, body.toByteArray());
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
