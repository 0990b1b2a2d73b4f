package io.gantry.plugins.runtime;

import java.nio.ByteBuffer;

/**
 * Takes the output of one container or exec. Called from one virtual thread at a time, in the order
 * of the output.
 */
public interface OutputSink {

  /**
   * Takes a piece of output. While this blocks, the writing process is blocked as soon as the pipes
   * are full, and so is its journal: the sink of a container must not wait for ever for a client.
   *
   * @param data valid during the call only
   */
  void output(Stream stream, ByteBuffer data);

  /**
   * No more comes: the process ended and all its output was delivered, or the connection was
   * closed. Called once.
   */
  void end();
}
