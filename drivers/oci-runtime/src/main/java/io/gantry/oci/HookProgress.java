package io.gantry.oci;

import io.gantry.linux.file.WholeFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * How far the hooks of a run have got, in a file beside the container's configuration.
 *
 * @param kind poststart or poststop
 * @param next the first hook of the kind that has not ended
 * @param running the process of that hook; empty before it is started
 */
record HookProgress(String kind, int next, Optional<ContainerRecord.KnownProcess> running) {

  private static final JsonMapper JSON = JsonMapper.shared();

  static HookProgress at(String kind, int next) {
    return new HookProgress(kind, next, Optional.empty());
  }

  private static Path file(Path directory) {
    return directory.resolve("hooks.progress");
  }

  void write(Path directory) throws IOException {
    var node = JSON.createObjectNode().put("kind", kind).put("next", next);
    running.ifPresent(
        process -> node.put("pid", process.pid()).put("startTime", process.startTime()));
    WholeFile.replace(file(directory), JSON.writeValueAsBytes(node));
  }

  /** Empty when no hook was run, or the file is damaged. */
  static Optional<HookProgress> read(Path directory) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file(directory));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      JsonNode node = JSON.readTree(bytes);
      Optional<ContainerRecord.KnownProcess> running =
          node.has("pid")
              ? Optional.of(
                  new ContainerRecord.KnownProcess(
                      node.path("pid").asInt(0), node.path("startTime").asLong(0)))
              : Optional.empty();
      return Optional.of(
          new HookProgress(node.path("kind").asString(""), node.path("next").asInt(0), running));
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }
}
