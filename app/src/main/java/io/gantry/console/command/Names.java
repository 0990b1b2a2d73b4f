package io.gantry.console.command;

import io.gantry.console.client.Daemon;
import io.gantry.console.client.Resource;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Completion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The names there are, for completion. */
public final class Names {

  private final Daemon daemon;

  public Names(Daemon daemon) {
    this.daemon = daemon;
  }

  /** The names of a kind; none if the daemon does not answer. */
  public List<String> of(Completion kind) {
    try {
      return switch (kind) {
        case NONE -> List.of();
        case COMMAND -> Commands.definitions().stream().map(CommandDefinition::name).toList();
        case CONTAINER -> containers(Resource.of("/containers/json").with("all", 1));
        case RUNNING_CONTAINER -> containers(Resource.of("/containers/json"));
        case STOPPED_CONTAINER ->
            containers(
                Resource.of("/containers/json")
                    .with("all", 1)
                    .with("filters", "{\"status\":[\"created\",\"exited\"]}"));
        case IMAGE -> images();
        case NETWORK -> networks();
        case CONTAINER_OR_IMAGE -> {
          List<String> names =
              new ArrayList<>(containers(Resource.of("/containers/json").with("all", 1)));
          names.addAll(images());
          yield names;
        }
      };
    } catch (IOException e) {
      return List.of();
    }
  }

  private List<String> containers(Resource resource) throws IOException {
    List<String> names = new ArrayList<>();
    for (JsonNode container : daemon.get(resource)) {
      for (JsonNode name : container.path("Names")) {
        String text = name.asString("").replaceFirst("^/", "");
        // Those with a slash are links: another name of a container that has one.
        if (!text.contains("/")) {
          names.add(text);
        }
      }
    }
    return names;
  }

  private List<String> images() throws IOException {
    List<String> names = new ArrayList<>();
    for (JsonNode image : daemon.get(Resource.of("/images/json"))) {
      image.path("RepoTags").forEach(tag -> names.add(tag.asString("")));
    }
    return names;
  }

  private List<String> networks() throws IOException {
    List<String> names = new ArrayList<>();
    daemon
        .get(Resource.of("/networks"))
        .forEach(network -> names.add(network.path("Name").asString("")));
    return names;
  }
}
