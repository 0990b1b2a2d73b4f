package io.gantry.plugins.network;

import io.gantry.plugins.Driver;
import io.gantry.plugins.DriverException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * Makes networks and joins containers to them.
 *
 * <p>The engine keeps the records, the driver keeps the kernel in step with them. It stores nothing
 * of its own: what it knows (addresses in use, ports in use) it learns from {@link #reconcile},
 * which is the first call after opening, and from the calls after that. What it makes in the kernel
 * outlives the daemon, and is named so that the driver recognises its own things after a crash and
 * never touches others'.
 *
 * <p>All methods may be called from many threads at once. A method that throws leaves the kernel as
 * it found it.
 */
public interface NetworkDriver extends Driver {

  /** What the driver can do. */
  enum Feature {
    /** Any number of networks may be created; without it there is one predefined network. */
    MANY_NETWORKS,
    /** Containers get addresses of their own, and the engine's DNS may serve the network. */
    ADDRESSES,
    /** Ports can be published. */
    PORTS
  }

  boolean has(Feature feature);

  /**
   * Completes a network that is to be created: address pools that were left open are chosen, the
   * interface is named, options are checked. The address space is set aside for this network until
   * {@link #remove}; the kernel is not changed.
   *
   * @return the network with every pool's subnet and gateway set, as the engine is to store it
   * @throws DriverException {@code INVALID} for wrong options, {@code FORBIDDEN} when a subnet
   *     overlaps another
   */
  NetworkSpec plan(NetworkSpec wanted);

  /** Makes a planned network in the kernel. Does nothing for what exists already. */
  void create(NetworkSpec network);

  /**
   * Removes the network and gives back its address space. Does nothing for what is gone already.
   */
  void remove(NetworkSpec network);

  /**
   * Joins a container's namespace to the network: on return the interface is up and has its
   * addresses and routes.
   *
   * @throws DriverException {@code FORBIDDEN} when a wanted address is in use, {@code INVALID} when
   *     it is not of this network
   */
  Attachment join(NetworkSpec network, EndpointSpec endpoint, Sandbox sandbox);

  /**
   * Ends what {@link #join} and {@link #publish} did; the addresses are free again on return. What
   * is gone already is not an error.
   *
   * @param sandbox the namespace, when it stays: then the interface is gone from it on return.
   *     Empty when it is about to go: then the interface may go a moment later
   */
  void leave(NetworkSpec network, Attachment attachment, Optional<Sandbox> sandbox);

  /**
   * Makes the namespace's default route (of both families, where the network has a gateway) lead
   * through this attachment, whatever it was before.
   */
  void routeThrough(NetworkSpec network, Attachment attachment, Sandbox sandbox);

  /**
   * Publishes ports of a joined endpoint, all or none. Once this returns, connections reach the
   * container, and go on doing so when the daemon is gone.
   *
   * @return one concrete port for each (port, host address) that was opened
   * @throws DriverException {@code SYSTEM} when a host port is taken, naming it
   */
  List<PublishedPort> publish(NetworkSpec network, Attachment attachment, List<PortBinding> wanted);

  /** Ends what {@link #publish} did for this endpoint. Does nothing when nothing was published. */
  void withdraw(NetworkSpec network, Attachment attachment);

  /**
   * Says which ports of others in the network an endpoint may reach though the network keeps its
   * containers apart, in place of what was said before. Where containers are not kept apart this
   * changes nothing. A passage is open as long as both endpoints are joined.
   *
   * @param passages those to endpoints that are not joined are passed over
   */
  default void permit(NetworkSpec network, Attachment from, List<Passage> passages) {}

  /**
   * Makes the kernel agree with the records, and nothing else: networks, interfaces and rules that
   * should be there are made if missing, those of this driver that belong to nothing are removed,
   * foreign ones are left alone. Idempotent; called at start, after a firewall reload, and on
   * demand.
   *
   * @param networks everything this driver is responsible for
   * @return what had to be done, a line each, and what could not be done
   */
  Repairs reconcile(Collection<NetworkState> networks);
}
