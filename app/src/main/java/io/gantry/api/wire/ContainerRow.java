package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.container.record.Container;
import io.gantry.network.LiveNetworking;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A container in a list (API v1.51, definitions/ContainerSummary). */
public record ContainerRow(
    String id,
    List<String> names,
    String image,
    @JsonProperty("ImageID") String imageId,
    String command,
    long created,
    List<PortView> ports,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRw,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Long sizeRootFs,
    Map<String, String> labels,
    String state,
    String status,
    Host hostConfig,
    Networks networkSettings,
    List<MountView> mounts) {

  /** What a list shows of {@code HostConfig}. */
  public record Host(
      String networkMode,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Map<String, String> annotations) {}

  /** What a list shows of {@code NetworkSettings}. */
  public record Networks(Map<String, EndpointView> networks) {}

  /**
   * @param image the name, or the id when the name means another image by now
   * @param annotations whether clients of this version know them
   */
  public static ContainerRow of(
      Container container,
      String image,
      Optional<LiveNetworking> live,
      Map<String, EndpointView> networks,
      @Nullable Long sizeRw,
      @Nullable Long sizeRootFs,
      boolean annotations,
      Instant now) {
    Map<String, String> notes = container.hostConfig().annotations();
    return new ContainerRow(
        container.id(),
        List.of("/" + container.name()),
        image,
        container.imageId(),
        command(container.argv()),
        container.created().getEpochSecond(),
        PortView.of(container, live),
        sizeRw,
        sizeRootFs,
        container.config().labels(),
        container.state().status().text(),
        StatusText.of(container.state(), now),
        new Host(
            container.hostConfig().networkMode(), annotations && !notes.isEmpty() ? notes : null),
        new Networks(networks),
        MountView.of(container.mounts()));
  }

  private static String command(List<String> argv) {
    StringBuilder command = new StringBuilder();
    for (String argument : argv) {
      if (command.isEmpty()) {
        command.append(argument);
      } else if (argument.contains(" ")) {
        command.append(" '").append(argument).append('\'');
      } else {
        command.append(' ').append(argument);
      }
    }
    return command.toString();
  }
}
