package io.gantry.bridge;

import io.gantry.plugins.network.Attachment;
import io.gantry.plugins.network.EndpointSpec;
import io.gantry.plugins.network.NetworkDriver;
import io.gantry.plugins.network.NetworkSpec;
import io.gantry.plugins.network.NetworkState;
import io.gantry.plugins.network.PortBinding;
import io.gantry.plugins.network.PublishedPort;
import io.gantry.plugins.network.Repairs;
import io.gantry.plugins.network.Sandbox;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Of the networks {@code host} and {@code none}: there is one of each, and nothing to do in the
 * kernel.
 */
final class FixedDriver implements NetworkDriver {

  @Override
  public boolean has(Feature feature) {
    return false;
  }

  @Override
  public NetworkSpec plan(NetworkSpec wanted) {
    return wanted.withPools(List.of());
  }

  @Override
  public void create(NetworkSpec network) {}

  @Override
  public void remove(NetworkSpec network) {}

  @Override
  public Attachment join(NetworkSpec network, EndpointSpec endpoint, Sandbox sandbox) {
    return Attachment.none(endpoint);
  }

  @Override
  public void leave(NetworkSpec network, Attachment attachment, Optional<Sandbox> sandbox) {}

  @Override
  public void routeThrough(NetworkSpec network, Attachment attachment, Sandbox sandbox) {}

  /** The container's ports are the host's, or there is nobody to reach them. */
  @Override
  public List<PublishedPort> publish(
      NetworkSpec network, Attachment attachment, List<PortBinding> wanted) {
    return List.of();
  }

  @Override
  public void withdraw(NetworkSpec network, Attachment attachment) {}

  @Override
  public Repairs reconcile(Collection<NetworkState> networks) {
    return Repairs.NONE;
  }

  @Override
  public void close() {}
}
