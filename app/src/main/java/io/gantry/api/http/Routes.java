package io.gantry.api.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the API answers to: method and path to handler. A path has at most one variable, {@code
 * {name}}, which may hold slashes, as the names of images do; a second one, which is the last
 * segment, is not told. Of routes that fit, the first takes the request. Built once at start, then
 * read only.
 *
 * <p>It is a table of its own rather than Spring MVC's, because a variable with slashes in the
 * middle of a path, dockerd's first-match order and its answers to bad paths don't fit there, and
 * because it costs neither time at start nor per request.
 */
public final class Routes {

  /**
   * @param pattern the path as it was added, for metrics
   * @param prefix before the variable, or the whole path
   * @param suffix after the variable; null without one
   * @param open whether the suffix is followed by a segment of any content
   * @param stream it may take as long as the client likes, which says nothing about latency
   */
  record Route(
      String method,
      String pattern,
      String prefix,
      @Nullable String suffix,
      boolean open,
      boolean stream,
      Handler handler) {

    /** The variable's value (empty without a variable), if the path fits. */
    Optional<String> match(String path) {
      String end = suffix;
      if (end == null) {
        return path.equals(prefix) ? Optional.of("") : Optional.empty();
      }
      if (open) {
        end += path.substring(path.lastIndexOf('/') + 1);
      }
      return path.length() > prefix.length() + end.length()
              && path.indexOf('\n') < 0
              && path.startsWith(prefix)
              && path.endsWith(end)
          ? Optional.of(path.substring(prefix.length(), path.length() - end.length()))
          : Optional.empty();
    }
  }

  /** A route and the value of its variable. */
  record Match(Route route, String variable) {}

  private final Map<String, List<Route>> routes = new HashMap<>();

  public Routes(List<? extends Controller> controllers) {
    controllers.forEach(controller -> controller.routes(this));
  }

  public Routes get(String path, Handler handler) {
    return add("GET", path, false, handler);
  }

  public Routes head(String path, Handler handler) {
    return add("HEAD", path, false, handler);
  }

  public Routes post(String path, Handler handler) {
    return add("POST", path, false, handler);
  }

  public Routes put(String path, Handler handler) {
    return add("PUT", path, false, handler);
  }

  public Routes delete(String path, Handler handler) {
    return add("DELETE", path, false, handler);
  }

  /** A route whose requests last as long as the client or a container likes. */
  public Routes stream(String method, String path, Handler handler) {
    return add(method, path, true, handler);
  }

  private Routes add(String method, String path, boolean stream, Handler handler) {
    int variable = path.indexOf('{');
    String after = variable < 0 ? "" : path.substring(path.indexOf('}') + 1);
    int second = after.indexOf('{');
    Route route =
        variable < 0
            ? new Route(method, path, path, null, false, stream, handler)
            : new Route(
                method,
                path,
                path.substring(0, variable),
                second < 0 ? after : after.substring(0, second),
                second >= 0,
                stream,
                handler);
    routes.computeIfAbsent(key(method, path), _ -> new ArrayList<>()).add(route);
    return this;
  }

  /**
   * @param path decoded, without the version
   */
  Optional<Match> find(String method, String path) {
    for (Route route : routes.getOrDefault(key(method, path), List.of())) {
      Optional<String> variable = route.match(path);
      if (variable.isPresent()) {
        return Optional.of(new Match(route, variable.get()));
      }
    }
    return Optional.empty();
  }

  /** Method and first segment of the path: no pattern has its variable there. */
  private static String key(String method, String path) {
    int slash = path.indexOf('/', 1);
    return method + (slash < 0 ? path : path.substring(0, slash));
  }
}
