package io.gantry.bridge;

/**
 * For SCTP, which the JDK has no sockets for everywhere: the engine's own table is all that guards
 * the port.
 */
record NoListener() implements Listener {

  @Override
  public void close() {}
}
