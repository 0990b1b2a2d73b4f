package io.gantry.container.exec;

import io.gantry.container.record.ExecConfig;
import io.gantry.container.stream.ProcessStreams;
import io.gantry.container.stream.SpillQueue;
import io.gantry.container.stream.SpillQueue.Chunk;
import io.gantry.container.stream.StdStream;
import io.gantry.plugins.runtime.Attachment;
import io.gantry.plugins.runtime.OutputSink;
import io.gantry.plugins.runtime.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The streams of one exec and its one client. */
final class ExecStreams implements ProcessStreams, OutputSink {

  /** How far the process may be ahead of its client, in bytes. */
  private static final long AHEAD = 64 << 20;

  private final ExecConfig config;
  private final SpillQueue queue;
  private final CompletableFuture<Attachment> connection = new CompletableFuture<>();

  /** Output and exit code: the client is told the end when it can ask for the exit code. */
  private final AtomicInteger open = new AtomicInteger(2);

  /** Its one client may make it wait, as at a pipe: nothing of its output is lost. */
  ExecStreams(ExecConfig config, Path spillDirectory) {
    this.config = config;
    this.queue = SpillQueue.waiting(spillDirectory, AHEAD);
  }

  void connected(Attachment attachment) {
    connection.complete(attachment);
  }

  /** It could not be started: the client reads why, then the end. */
  void failed(String message) {
    queue.put(
        StdStream.STDOUT, ByteBuffer.wrap((message + "\r\n").getBytes(StandardCharsets.UTF_8)));
    queue.end();
  }

  @Override
  public void output(Stream stream, ByteBuffer data) {
    boolean error = stream == Stream.STDERR;
    if (error ? config.attachStderr() : config.attachStdout()) {
      queue.put(error ? StdStream.STDERR : StdStream.STDOUT, data);
    }
  }

  @Override
  public void end() {
    oneEnded();
  }

  /** The exit code is known. */
  void exited() {
    oneEnded();
  }

  private void oneEnded() {
    if (open.decrementAndGet() == 0) {
      queue.end();
    }
  }

  @Override
  public @Nullable Chunk read() throws IOException, InterruptedException {
    return queue.take();
  }

  @Override
  public void write(ByteBuffer data) throws IOException {
    Attachment to = connection.getNow(null);
    if (to == null) {
      throw new IOException("the exec does not run");
    }
    if (config.attachStdin()) {
      to.write(data);
    }
  }

  @Override
  public void inputEnded() {
    Attachment to = connection.getNow(null);
    if (to != null && config.attachStdin() && !config.tty()) {
      to.closeInput();
    }
  }

  @Override
  public void close() {
    queue.close();
    Attachment to = connection.getNow(null);
    if (to != null) {
      to.close();
    }
  }
}
