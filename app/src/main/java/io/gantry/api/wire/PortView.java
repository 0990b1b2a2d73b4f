package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.container.record.Container;
import io.gantry.container.record.PortBinding;
import io.gantry.network.LiveNetworking;
import io.gantry.plugins.network.Prefix;
import io.gantry.plugins.network.PublishedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A port of a container in a list (API v1.51, definitions/Port). */
@JsonInclude(JsonInclude.Include.NON_DEFAULT)
public record PortView(
    @JsonProperty("IP") String ip, int privatePort, int publicPort, String type) {

  /** Ports that are open, and ports that are only exposed. */
  static List<PortView> of(Container container, Optional<LiveNetworking> live) {
    if (live.isEmpty()) {
      return List.of();
    }
    List<PortView> ports = new ArrayList<>();
    for (Map.Entry<String, @Nullable List<PortBinding>> port :
        bindings(container, live.get()).entrySet()) {
      int slash = port.getKey().indexOf('/');
      int number = Integer.parseInt(port.getKey().substring(0, slash));
      String type = port.getKey().substring(slash + 1);
      List<PortBinding> bindings = port.getValue();
      if (bindings == null) {
        ports.add(new PortView("", number, 0, type));
      } else {
        for (PortBinding binding : bindings) {
          ports.add(
              new PortView(binding.hostIp(), number, Integer.parseInt(binding.hostPort()), type));
        }
      }
    }
    return ports;
  }

  /** {@code port/protocol} to where it is open on the host; null for a port only exposed. */
  static Map<String, @Nullable List<PortBinding>> bindings(
      Container container, LiveNetworking live) {
    Map<String, @Nullable List<PortBinding>> ports = new TreeMap<>();
    boolean own = !container.hostConfig().networkMode().equals("host");
    for (String exposed : own ? container.config().exposedPorts() : Set.<String>of()) {
      ports.put(exposed.contains("/") ? exposed : exposed + "/tcp", null);
    }
    for (PublishedPort port : live.ports()) {
      String key = port.containerPort() + "/" + port.protocol().text();
      List<PortBinding> bindings = ports.get(key);
      if (bindings == null) {
        bindings = new ArrayList<>();
        ports.put(key, bindings);
      }
      bindings.add(
          new PortBinding(Prefix.text(port.hostAddress()), Integer.toString(port.hostPort())));
    }
    return ports;
  }
}
