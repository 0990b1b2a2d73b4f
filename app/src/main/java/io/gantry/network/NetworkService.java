package io.gantry.network;

import io.gantry.config.DaemonOptions;
import io.gantry.driver.Drivers;
import io.gantry.event.EventJournal;
import io.gantry.plugins.network.Repairs;
import io.gantry.store.Store;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The networks of this host and what containers have of them. Networks are durable before {@link #create} returns; what running containers have is
 * written behind and found again after a crash. All methods may be called by many threads; those that concern one container are called by one at a
 * time, under that container's lock.
 */
public final class NetworkService implements AutoCloseable {

  /** A network with the running containers that are connected to it. */
  public record Details(Network network, List<Member> members) {

    /** A running container in the network. */
    public record Member(String containerId, String containerName, LiveNetworking.Endpoint endpoint) {}
  }

  /** What {@link #create} made. */
  public record Created(String id, String warning) {}

  /**
   * @param instance the engine's id, so that one engine never touches another's namespaces and interfaces
   * @param sandboxes directory for the namespaces' files, below the exec root, on a shared mount
   */
  public NetworkService(
      Store store,
      Drivers drivers,
      EventJournal events,
      DaemonOptions.Network options,
      String instance,
      Path sandboxes) {
    throw new UnsupportedOperationException(
        "" + store + drivers + events + options + instance + sandboxes);
  }

  /**
   * Reads the records, makes the predefined networks, and puts the kernel in step: to be called once, before any other method and after the containers'
   * state is known.
   *
   * @param running whether the container of that id runs; the others' leftovers are removed
   */
  public Repairs start(Predicate<String> running) {
    throw new UnsupportedOperationException("" + running);
  }

  /** Puts the kernel in step with the records again: after a firewall reload, and for {@code doctor}. */
  public Repairs reconcile() {
    throw new UnsupportedOperationException();
  }

  // Networks: for the API.

  /** All networks, in no particular order. */
  public List<Network> list() {
    throw new UnsupportedOperationException();
  }

  /** A network by id, name, or prefix of the id, in this order; {@code network x not found} (404), {@code network x is ambiguous} (400). */
  public Network get(String reference) {
    throw new UnsupportedOperationException(reference);
  }

  /** The network with the containers in it. */
  public Details inspect(String reference) {
    throw new UnsupportedOperationException(reference);
  }

  /** How many running containers are connected to the network: for the filter {@code dangling}. */
  public int members(String networkId) {
    throw new UnsupportedOperationException(networkId);
  }

  public Created create(CreateNetwork request) {
    throw new UnsupportedOperationException("" + request);
  }

  /** Removes a network without running containers. */
  public void remove(String reference) {
    throw new UnsupportedOperationException(reference);
  }

  /**
   * Removes networks that no container uses.
   *
   * @param candidate the caller's filters
   * @param used names and ids of networks that containers, also stopped ones, are to be attached to
   * @return names of those removed
   */
  public List<String> prune(Predicate<Network> candidate, Set<String> used) {
    throw new UnsupportedOperationException("" + candidate + used);
  }

  // Containers: for ContainerService.

  /**
   * Checks what a container wants at its creation, with Docker's messages. A network that is not there is no error yet.
   *
   * @param mode the network mode
   * @param networks as the client sent them
   * @return what to keep in the container's record: the network of the mode is always in it
   */
  public Map<String, EndpointSettings> check(String mode, Map<String, EndpointSettings> networks) {
    throw new UnsupportedOperationException(mode + networks);
  }

  /**
   * Makes the container's network namespace, joins the networks and publishes the ports; all or nothing. Leftovers of an earlier start that was cut off
   * are removed first. To be called before the runtime creates the container.
   */
  public LiveNetworking up(ContainerNetworking wanted) {
    throw new UnsupportedOperationException("" + wanted);
  }

  /** Ends what {@link #up} and {@link #connect} made; does nothing when there is nothing. Never fails: what cannot be removed now is logged and removed by the next reconciliation. */
  public void down(String containerId) {
    throw new UnsupportedOperationException(containerId);
  }

  /**
   * Checks a connection that is to be added to a container, running or not, and returns the network's name as it is to be kept in the record.
   *
   * @param connected the networks in the container's record
   */
  public String checkConnect(
      String networkReference,
      String mode,
      EndpointSettings settings,
      Map<String, EndpointSettings> connected) {
    throw new UnsupportedOperationException(networkReference + mode + settings + connected);
  }

  /** Connects a running container to one more network. */
  public LiveNetworking connect(
      String containerId, String networkReference, EndpointSettings settings) {
    throw new UnsupportedOperationException(containerId + networkReference + settings);
  }

  /** Disconnects a running container from a network; does nothing when it is not connected. */
  public Optional<LiveNetworking> disconnect(String containerId, String networkReference) {
    throw new UnsupportedOperationException(containerId + networkReference);
  }

  /** What a running container has; empty for one that does not run. Takes no lock. */
  public Optional<LiveNetworking> live(String containerId) {
    throw new UnsupportedOperationException(containerId);
  }

  /** The container has another name now: DNS answers to it. */
  public void renamed(String containerId, String name) {
    throw new UnsupportedOperationException(containerId + name);
  }

  /** The names a container has, or would have, in a user-defined network's DNS (API {@code DNSNames}): empty for predefined networks. */
  public List<String> dnsNames(
      String network, String containerName, String containerId, String hostname, List<String> aliases) {
    throw new UnsupportedOperationException(
        network + containerName + containerId + hostname + aliases);
  }

  /** Contents of {@code /etc/hosts} for a container with this network. */
  public String hostsFile(ContainerNetworking wanted, LiveNetworking live) {
    throw new UnsupportedOperationException("" + wanted + live);
  }

  /** Contents of {@code /etc/resolv.conf} for a container with this network. */
  public String resolvConf(ContainerNetworking wanted, LiveNetworking live) {
    throw new UnsupportedOperationException("" + wanted + live);
  }

  /** Which networks containers name that exist: reference to id, for the filter {@code network} of {@code ps}. */
  public Map<String, String> ids(Collection<String> references) {
    throw new UnsupportedOperationException("" + references);
  }

  /** Closes DNS sockets and drivers' sockets; containers keep their networks. */
  @Override
  public void close() {}
}
