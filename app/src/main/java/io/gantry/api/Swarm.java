package io.gantry.api;

/** There is no swarm mode; what needs it is refused as dockerd does outside a swarm. */
final class Swarm {

  static final String NO_MANAGER =
      "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to"
          + " connect this node to swarm and try again.";

  private Swarm() {}
}
