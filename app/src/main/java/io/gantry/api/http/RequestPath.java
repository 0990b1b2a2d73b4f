package io.gantry.api.http;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * The path of a request, taken apart.
 *
 * @param version as in {@code /v1.41/}; empty when the client named none
 * @param path decoded, without the version
 */
record RequestPath(Optional<ApiVersion> version, String path) {

  static RequestPath parse(String decoded) {
    if (decoded.startsWith("/v")) {
      int end = 2;
      while (end < decoded.length() && versionChar(decoded.charAt(end))) {
        end++;
      }
      if (end > 2 && end < decoded.length() && decoded.charAt(end) == '/') {
        return new RequestPath(
            Optional.of(new ApiVersion(decoded.substring(2, end))), decoded.substring(end));
      }
    }
    return new RequestPath(Optional.empty(), decoded);
  }

  private static boolean versionChar(char c) {
    return c == '.' || (c >= '0' && c <= '9');
  }

  /** The path without empty, {@code .} and {@code ..} segments; the client is sent there. */
  static String clean(String path) {
    if (!path.contains("//") && !path.contains("/.")) {
      return path;
    }
    Deque<String> segments = new ArrayDeque<>();
    for (String segment : path.split("/")) {
      if (segment.equals("..")) {
        segments.pollLast();
      } else if (!segment.isEmpty() && !segment.equals(".")) {
        segments.addLast(segment);
      }
    }
    String clean = "/" + String.join("/", segments);
    return path.endsWith("/") && !clean.endsWith("/") ? clean + "/" : clean;
  }
}
