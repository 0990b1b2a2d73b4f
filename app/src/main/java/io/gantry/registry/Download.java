package io.gantry.registry;

import io.gantry.error.EngineException;
import io.gantry.error.EngineException.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file on its way from a web server (API v1.51, {@code POST /images/create?fromSrc=URL}). The
 * server has said yes; a body that breaks off or stands still ends with an exception, never early.
 *
 * @param address where it was asked for
 * @param length in bytes, when the server says so
 * @param body to be closed
 */
public record Download(String address, OptionalLong length, InputStream body)
    implements AutoCloseable {

  private static final int MAX_ERROR_BODY = 64 * 1024;
  private static final Pattern BAD_ESCAPE = Pattern.compile("%(?![0-9a-fA-F]{2}).{0,2}");

  /** Follows redirects. */
  static Download open(Transport transport, String source) {
    URI uri = parse(source.contains(":/") ? source : "http://" + source);
    RegistryEndpoint endpoint =
        new RegistryEndpoint(
            URI.create(uri.getScheme() + "://" + uri.getRawAuthority()),
            uri.getScheme().equals("https"),
            true);
    Session session = new Session(transport, endpoint, List.of(), AuthConfig.ANONYMOUS, false);
    HttpResponse<InputStream> response = Redirects.send(session, Session.Call.get(uri, Map.of()));
    if (response.statusCode() >= 400) {
      throw refused(uri, response);
    }
    return new Download(
        uri.toString(), response.headers().firstValueAsLong("Content-Length"), response.body());
  }

  private static URI parse(String address) {
    if (address.endsWith("://")) {
      throw noHost(address.substring(0, address.length() - 2));
    }
    URI uri;
    try {
      uri = new URI(address);
    } catch (URISyntaxException e) {
      Matcher escape = BAD_ESCAPE.matcher(address);
      String why = escape.find() ? "invalid URL escape \"" + escape.group() + "\"" : e.getReason();
      throw new EngineException(Kind.INVALID, "parse \"" + address + "\": " + why, e);
    }
    String scheme = uri.getScheme();
    if (!"http".equals(scheme) && !"https".equals(scheme)) {
      throw EngineException.system(
          "Get \"" + address + "\": unsupported protocol scheme \"" + scheme + "\"", null);
    }
    if (uri.getHost() == null) {
      throw noHost(address);
    }
    return uri;
  }

  private static EngineException noHost(String address) {
    return EngineException.system("Get \"" + address + "\": http: no Host in request URL", null);
  }

  private static EngineException refused(URI uri, HttpResponse<InputStream> response) {
    int status = response.statusCode();
    String message = "failed to GET " + uri + " with status " + status;
    try (InputStream body = response.body()) {
      message += ": " + new String(body.readNBytes(MAX_ERROR_BODY), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      message += ": error reading body: " + e.getMessage();
    }
    Kind kind =
        switch (status) {
          case 400 -> Kind.INVALID;
          case 401 -> Kind.UNAUTHORIZED;
          case 403 -> Kind.FORBIDDEN;
          case 404 -> Kind.NOT_FOUND;
          default -> Kind.SYSTEM;
        };
    return new EngineException(kind, message);
  }

  @Override
  public void close() throws IOException {
    body.close();
  }
}
