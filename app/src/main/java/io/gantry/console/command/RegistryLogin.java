package io.gantry.console.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The logins that docker's command line keeps in {@code ~/.docker/config.json}. */
final class RegistryLogin {

  private static final String HUB_KEY = "https://index.docker.io/v1/";

  private RegistryLogin() {}

  /**
   * The value of {@code X-Registry-Auth} for a registry, if the user has logged in to it.
   *
   * @throws IOException if the file is there and cannot be read
   */
  static Optional<String> of(String registry, Map<String, String> environment) throws IOException {
    String home = environment.getOrDefault("HOME", "/root");
    Path file =
        Path.of(environment.getOrDefault("DOCKER_CONFIG", home + "/.docker"), "config.json");
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    String key = registry.equals("docker.io") ? HUB_KEY : registry;
    try {
      JsonNode login = Json.MAPPER.readTree(Files.readAllBytes(file)).path("auths").path(key);
      return Optional.of(login.path("auth").asString(""))
          .filter(text -> !text.isEmpty())
          .map(text -> header(text, key));
    } catch (JacksonException | IllegalArgumentException e) {
      throw new IOException("the logins in " + file + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static String header(String auth, String key) {
    String pair = new String(Base64.getDecoder().decode(auth), StandardCharsets.UTF_8);
    int colon = pair.indexOf(':');
    if (colon < 0) {
      throw new IllegalArgumentException("the login for " + key + " has no password");
    }
    ObjectNode login = Json.object();
    login.put("username", pair.substring(0, colon));
    login.put("password", pair.substring(colon + 1));
    login.put("serveraddress", key);
    return Base64.getUrlEncoder().encodeToString(Json.MAPPER.writeValueAsBytes(login));
  }
}
