package io.gantry.container;

import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What {@code docker cp} asks of a daemon (API, {@code /containers/{id}/archive}). */
record Copies(EngineClient client) {

  private static final JsonMapper JSON = new JsonMapper();

  Answer put(String id, String path, byte[] tar, String... more) throws IOException {
    return client.send("PUT", address(id, path) + String.join("", more), "application/x-tar", tar);
  }

  Answer get(String id, String path) throws IOException {
    return client.get(address(id, path));
  }

  Answer head(String id, String path) throws IOException {
    return client.send("HEAD", address(id, path), null, null);
  }

  /** The content of a file, or why there is none. */
  String content(String id, String path) throws IOException {
    Answer answer = get(id, path);
    return answer.ok()
        ? Tars.read(answer.body()).values().iterator().next().content()
        : answer.text();
  }

  /** An archive of a directory, a file and links of several kinds. */
  static byte[] sample() throws IOException {
    return new Tars()
        .directory("d", 0755)
        .file("d/f", "hello")
        .symbolicLink("d/l", "f")
        .symbolicLink("ld", "/d")
        .symbolicLink("broken", "/nope")
        .symbolicLink("loop", "/loop")
        .bytes();
  }

  /** What the answer says of the path itself. */
  static JsonNode stat(Answer answer) {
    String header = answer.headers().get("x-docker-container-path-stat");
    return JSON.readTree(Base64.getDecoder().decode(header));
  }

  private static String address(String id, String path) {
    return "/containers/" + id + "/archive?path=" + URLEncoder.encode(path, StandardCharsets.UTF_8);
  }
}
