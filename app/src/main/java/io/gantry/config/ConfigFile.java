package io.gantry.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A {@code daemon.json}. Every key is an option of the table; anything else is refused by name.
 *
 * @param path empty: there is no file, and none was asked for
 */
record ConfigFile(Optional<Path> path, Map<Option<?>, JsonNode> given) {

  private static final int MAX_BYTES = 1 << 20;

  static ConfigFile read(Path path, boolean mustExist) {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new ConfigurationException("larger than " + MAX_BYTES + " bytes");
      }
      return new ConfigFile(Optional.of(path), parse(Files.readString(path)));
    } catch (NoSuchFileException e) {
      if (!mustExist) {
        return new ConfigFile(Optional.empty(), Map.of());
      }
      throw failed(path, "open " + path + ": no such file or directory", e);
    } catch (ConfigurationException e) {
      throw failed(path, e.getMessage(), e);
    } catch (IOException e) {
      throw failed(path, "cannot be read: " + e, e);
    }
  }

  /** As dockerd words what is wrong with its file. */
  static ConfigurationException failed(Path path, String problem, Throwable cause) {
    return new ConfigurationException(
        "unable to configure the Gantry daemon with file " + path + ": " + problem, cause);
  }

  private static Map<Option<?>, JsonNode> parse(String text) {
    if (text.isBlank()) {
      return Map.of();
    }
    JsonNode root;
    try {
      root =
          JsonMapper.builder()
              .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
              .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
              .build()
              .readTree(text.startsWith("\uFEFF") ? text.substring(1) : text);
    } catch (JacksonException e) {
      throw new ConfigurationException("invalid JSON: " + e.getOriginalMessage(), e);
    }
    if (!root.isObject()) {
      throw new ConfigurationException("invalid JSON: expected an object");
    }
    Map<Option<?>, JsonNode> given = new LinkedHashMap<>();
    TreeSet<String> unknown = new TreeSet<>();
    for (Map.Entry<String, JsonNode> entry : root.properties()) {
      Optional<Option<?>> option = byKey(entry.getKey());
      if (option.isPresent()) {
        given.put(option.get(), checked(option.get(), entry.getKey(), entry.getValue()));
        continue;
      }
      Optional<String> reason = Unsupported.reason(entry.getKey());
      if (reason.isEmpty()) {
        unknown.add(entry.getKey());
      } else if (!(entry.getValue().isBoolean() && !entry.getValue().asBoolean())) {
        throw Unsupported.refusal("\"" + entry.getKey() + "\"", reason.get());
      }
    }
    if (!unknown.isEmpty()) {
      throw new ConfigurationException(
          "the following directives don't match any configuration option: "
              + String.join(", ", unknown));
    }
    return given;
  }

  private static Optional<Option<?>> byKey(String key) {
    List<Option<?>> found = new ArrayList<>(OptionTable.all());
    found.removeIf(option -> !option.key().equals(Optional.of(key)));
    return found.stream().findFirst();
  }

  private static JsonNode checked(Option<?> option, String key, JsonNode node) {
    try {
      Object _ = option.type().fromJson().apply(node);
      return node;
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("invalid value for \"" + key + "\": " + e.getMessage(), e);
    }
  }
}
