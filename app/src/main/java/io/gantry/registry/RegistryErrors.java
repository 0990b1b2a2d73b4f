package io.gantry.registry;

import io.gantry.registry.RegistryException.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Turns answers and connection failures into the texts Docker users know. */
final class RegistryErrors {

  private static final int MAX_ERROR_BODY = 64 * 1024;
  private static final int MAX_ERRORS = 8;

  private RegistryErrors() {}

  /** For an answer of the registry that is not a success; reads the body. */
  static RegistryException of(String method, URI uri, int status, InputStream body) {
    byte[] bytes;
    try {
      bytes = body.readNBytes(MAX_ERROR_BODY);
    } catch (IOException e) {
      return connection(method, uri, e);
    }
    try {
      JsonNode root = Json.tree(bytes);
      List<String> texts = new ArrayList<>();
      Reason reason = fromStatus(status);
      JsonNode errors = root.path("errors");
      for (int i = 0; i < Math.min(errors.size(), MAX_ERRORS); i++) {
        String code = errors.path(i).path("code").asString("UNKNOWN");
        if (i == 0) {
          reason = fromCode(code, status);
        }
        texts.add(text(code, errors.path(i).path("message").asString("")));
      }
      if (!texts.isEmpty()) {
        return new RegistryException(
            reason,
            texts.size() == 1 ? texts.get(0) : "errors:\n" + String.join("\n", texts) + "\n");
      }
      String details = root.path("details").asString("");
      if (!details.isEmpty() && (status == 401 || status == 403)) {
        return new RegistryException(
            reason, text(status == 401 ? "UNAUTHORIZED" : "DENIED", details));
      }
    } catch (JacksonException e) {
      // not JSON: the status must do
    }
    return new RegistryException(fromStatus(status), plain(method, uri, status));
  }

  private static String plain(String method, URI uri, int status) {
    return switch (status) {
      case 401 -> "unauthorized: authentication required";
      case 403 -> "denied: requested access to the resource is denied";
      case 429 -> "toomanyrequests: too many requests to the registry";
      default ->
          "received unexpected HTTP status: " + status + " for " + method + " " + withoutQuery(uri);
    };
  }

  private static String text(String code, String message) {
    return code.toLowerCase(Locale.ROOT).replace('_', ' ') + ": " + message;
  }

  private static Reason fromCode(String code, int status) {
    return switch (code) {
      case "MANIFEST_UNKNOWN" -> Reason.MANIFEST_UNKNOWN;
      case "NAME_UNKNOWN" -> Reason.NAME_UNKNOWN;
      case "BLOB_UNKNOWN" -> Reason.BLOB_UNKNOWN;
      case "UNAUTHORIZED" -> Reason.UNAUTHORIZED;
      case "DENIED" -> Reason.DENIED;
      case "UNAVAILABLE" -> Reason.SERVER;
      default -> fromStatus(status) == Reason.SERVER ? Reason.SERVER : Reason.OTHER;
    };
  }

  private static Reason fromStatus(int status) {
    return switch (status) {
      case 401 -> Reason.UNAUTHORIZED;
      case 403 -> Reason.DENIED;
      case 404 -> Reason.OTHER;
      default -> status >= 500 ? Reason.SERVER : Reason.OTHER;
    };
  }

  /** For a request that got no answer. */
  static RegistryException connection(String method, URI uri, Throwable failure) {
    String verb = method.charAt(0) + method.substring(1).toLowerCase(Locale.ROOT);
    return new RegistryException(
        Reason.CONNECTION,
        verb + " \"" + withoutQuery(uri) + "\": " + words(uri, failure),
        failure);
  }

  private static String words(URI uri, Throwable failure) {
    String address = uri.getHost() + ":" + port(uri);
    if (find(failure, UnresolvedAddressException.class) != null
        || find(failure, UnknownHostException.class) != null) {
      return "dial tcp: lookup " + uri.getHost() + ": no such host";
    }
    if (find(failure, HttpConnectTimeoutException.class) != null) {
      return "dial tcp " + address + ": i/o timeout";
    }
    ConnectException refused = find(failure, ConnectException.class);
    if (refused != null) {
      String text = refused.getMessage();
      return "dial tcp "
          + address
          + ": connect: "
          + (text == null || text.isEmpty() ? "connection refused" : text.toLowerCase(Locale.ROOT));
    }
    if (find(failure, HttpTimeoutException.class) != null) {
      return "net/http: request canceled (Client.Timeout exceeded while awaiting headers)";
    }
    SSLException tls = find(failure, SSLException.class);
    if (tls != null) {
      String text = String.valueOf(tls.getMessage());
      if (text.contains("plaintext") || text.contains("Unsupported or unrecognized SSL message")) {
        return "http: server gave HTTP response to HTTPS client";
      }
      if (text.contains("PKIX") || text.contains("certification path")) {
        return "tls: failed to verify certificate: x509: certificate signed by unknown authority";
      }
      return "tls: " + text;
    }
    String text = failure.getMessage();
    return text == null ? "connection broke (" + failure.getClass().getSimpleName() + ")" : text;
  }

  private static <T> @Nullable T find(@Nullable Throwable failure, Class<T> type) {
    Throwable at = failure;
    for (int i = 0; at != null && i < 16; i++) {
      if (type.isInstance(at)) {
        return type.cast(at);
      }
      at = at.getCause();
    }
    return null;
  }

  static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : "https".equals(uri.getScheme()) ? 443 : 80;
  }

  /** The query may carry signatures and upload state. */
  static String withoutQuery(URI uri) {
    return uri.getScheme() + "://" + uri.getAuthority() + uri.getPath();
  }
}
