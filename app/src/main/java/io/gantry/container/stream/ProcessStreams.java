package io.gantry.container.stream;

import io.gantry.container.stream.SpillQueue.Chunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A client's end of the standard streams of a container or an exec. */
public interface ProcessStreams extends AutoCloseable {

  /**
   * The next output, waiting for it; null when the process has ended and all its output was read.
   *
   * @throws IOException when the client was too slow and output was lost
   */
  @Nullable Chunk read() throws IOException, InterruptedException;

  /**
   * Writes to standard input, waiting while the process does not read. Ignored when stdin was not
   * asked for.
   *
   * @throws IOException when the process has ended
   */
  void write(ByteBuffer data) throws IOException;

  /** The client sends no more input. */
  void inputEnded();

  /** The client leaves; the process goes on. */
  @Override
  void close();
}
