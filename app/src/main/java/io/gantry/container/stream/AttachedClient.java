package io.gantry.container.stream;

import io.gantry.container.stream.SpillQueue.Chunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * One client of a container's streams. One thread reads ({@link #read}), another may write; closing
 * it, from any thread, ends both.
 */
public final class AttachedClient implements ProcessStreams {

  private final ContainerStreams streams;
  private final SpillQueue queue;
  private final boolean stdin;
  private final boolean stdout;
  private final boolean stderr;

  AttachedClient(
      ContainerStreams streams, SpillQueue queue, boolean stdin, boolean stdout, boolean stderr) {
    this.streams = streams;
    this.queue = queue;
    this.stdin = stdin;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  void offer(StdStream stream, ByteBuffer data) {
    if (stream == StdStream.STDERR ? stderr : stdout) {
      queue.put(stream, data);
    }
  }

  void end() {
    queue.end();
  }

  @Override
  public @Nullable Chunk read() throws IOException, InterruptedException {
    return queue.take();
  }

  @Override
  public void write(ByteBuffer data) throws IOException {
    if (stdin) {
      streams.write(data);
    }
  }

  @Override
  public void inputEnded() {
    if (stdin) {
      streams.inputEnded();
    }
  }

  @Override
  public void close() {
    streams.left(this);
    queue.close();
  }
}
