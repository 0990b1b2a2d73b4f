package io.gantry.console.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;

/** The target of a request: a path and its query, percent-encoded. Mutable; used by one thread. */
public final class Resource {

  private final String path;
  private final List<String> query = new ArrayList<>();

  private Resource(String path) {
    this.path = path;
  }

  /**
   * A path.
   *
   * @param template with a {@code {}} for each name
   */
  public static Resource of(String template, String... names) {
    String path = template;
    for (String name : names) {
      path = path.replaceFirst("\\{}", Matcher.quoteReplacement(segment(name)));
    }
    return new Resource(path);
  }

  /** The same again, to be given parameters of its own. */
  public Resource copy() {
    Resource copy = new Resource(path);
    copy.query.addAll(query);
    return copy;
  }

  /** Adds a parameter. */
  public Resource with(String name, Object value) {
    query.add(encode(name) + "=" + encode(value.toString()));
    return this;
  }

  /** Adds a parameter if there is a value. */
  public Resource with(String name, Optional<?> value) {
    value.ifPresent(present -> with(name, present));
    return this;
  }

  /** Names of images keep their slashes. */
  private static String segment(String name) {
    return encode(name).replace("%2F", "/").replace("%3A", ":").replace("%40", "@");
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Override
  public String toString() {
    return query.isEmpty() ? path : path + "?" + String.join("&", query);
  }
}
