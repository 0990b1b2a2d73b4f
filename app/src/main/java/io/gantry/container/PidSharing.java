package io.gantry.container;

import io.gantry.container.index.Containers;
import io.gantry.container.record.Container;
import io.gantry.container.record.Status;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Who lives in another container's pid namespace. The first process of a namespace ends only after
 * all others in it, and a frozen one does not end, not even by SIGKILL: a container waits for the
 * paused ones that joined it (guide, "shared pid namespace").
 */
final class PidSharing {

  private static final String JOIN = "container:";

  private final Containers containers;

  PidSharing(Containers containers) {
    this.containers = containers;
  }

  /** Why a container that was killed does not end, and how to go on; empty when none is paused. */
  Optional<String> obstacle(Container container) {
    List<Container> paused = pausedIn(container);
    if (paused.isEmpty()) {
      return Optional.empty();
    }
    boolean one = paused.size() == 1;
    String names =
        paused.stream()
            .map(child -> "%s (%s)".formatted(child.name(), child.shortId()))
            .collect(Collectors.joining(", "));
    String unpause = paused.stream().map(Container::name).collect(Collectors.joining(" "));
    return Optional.of(
        "container %s (%s) cannot end: container%s %s %s its pid namespace and %s paused; unpause %s to let it end: docker unpause %s"
            .formatted(
                container.name(),
                container.shortId(),
                one ? "" : "s",
                names,
                one ? "shares" : "share",
                one ? "is" : "are",
                one ? "it" : "them",
                unpause));
  }

  private List<Container> pausedIn(Container container) {
    return containers.all().stream()
        .filter(other -> other.state().status() == Status.PAUSED)
        .filter(other -> joins(other, container.id()))
        .toList();
  }

  private boolean joins(Container container, String id) {
    String mode = container.hostConfig().pidMode();
    return mode.startsWith(JOIN)
        && containers
            .find(mode.substring(JOIN.length()))
            .filter(joined -> joined.id().equals(id) || joins(joined, id))
            .isPresent();
  }
}
