package io.gantry.plugins.runtime;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The engine's connection to the streams of one container or exec. */
public interface Attachment extends AutoCloseable {

  /**
   * Writes all remaining bytes to standard input; blocks while the process does not read. Calls are
   * ordered by the caller.
   *
   * @throws IOException when the process or this connection has ended
   */
  void write(ByteBuffer data) throws IOException;

  /**
   * Ends standard input; output still comes. Has no effect where standard input stays open ({@link
   * ContainerSpec#stdinOnce()}).
   */
  void closeInput();

  /**
   * Ends the connection, and a blocked {@link #write}; the sink gets its {@link OutputSink#end}.
   */
  @Override
  void close();
}
