package io.gantry.api.stream;

import io.gantry.api.http.Exchange;
import io.gantry.api.http.Exchange.Client;
import io.gantry.api.listen.Connection;
import io.gantry.container.stream.ProcessStreams;
import io.gantry.container.stream.SpillQueue.Chunk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client at the standard streams of a process, from the moment its connection left HTTP. The
 * client's end of input is passed on and does not end the session: output goes on until the process
 * has ended or the client has hung up, of whom all that was sent before is passed on. One virtual
 * thread a direction.
 */
public final class StreamSession implements Exchange.Takeover {

  private static final Logger log = LoggerFactory.getLogger(StreamSession.class);

  private static final int INPUT_BUFFER = 32 << 10;

  private final ProcessStreams streams;
  private final StreamType type;
  private final Input input;
  private final CompletableFuture<Void> inputEnded = new CompletableFuture<>();

  /** What is done with what the client sends. */
  public sealed interface Input {
    /** It is read and dropped. */
    record Ignored() implements Input {}

    /** It goes to the process. */
    record Plain() implements Input {}

    /** It goes to the process, but for keys that end the session. */
    record Terminal(DetachKeys keys, Runnable onDetach) implements Input {}
  }

  /** Its input is at its end by then, and what it wrote to is closed. */
  private static final Duration READER_END = Duration.ofSeconds(1);

  public StreamSession(ProcessStreams streams, StreamType type, Input input) {
    this.streams = streams;
    this.type = type;
    this.input = input;
  }

  @Override
  public void run(Client client) throws IOException, InterruptedException {
    // closed in reverse: a reader that waits for the process to take its input ends with the
    // streams
    try (Reader reader = new Reader(client.in());
        streams;
        Connection.Watch watch = client.hangUp().watch(() -> inputEnded.thenRun(streams::close))) {
      writeOutput(new FrameWriter(client.out(), type));
    }
  }

  /** Reads the client's input on a thread of its own, until the session ends. */
  private final class Reader implements AutoCloseable {

    private final InputStream in;
    private final Thread thread;

    Reader(InputStream in) {
      this.in = in;
      this.thread = Thread.ofVirtual().name("stdin").start(() -> readInput(in));
    }

    /** Before the connection is closed, which alone does not end a read that is about to wait. */
    @Override
    public void close() throws IOException {
      thread.interrupt();
      try {
        in.close();
        thread.join(READER_END);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void writeOutput(FrameWriter out) throws IOException, InterruptedException {
    for (Chunk chunk = streams.read(); chunk != null; chunk = streams.read()) {
      out.write(chunk.stream().number(), chunk.bytes());
      out.flush();
    }
  }

  private void readInput(InputStream in) {
    try {
      switch (input) {
        case Input.Ignored _ -> drain(in);
        case Input.Plain _ -> copy(in);
        case Input.Terminal terminal -> copyUntilDetached(in, terminal);
      }
    } catch (IOException e) {
      log.debug("the input of a client broke", e);
    } finally {
      inputEnded.complete(null);
    }
  }

  private static void drain(InputStream in) {
    byte[] buffer = new byte[1024];
    while (read(in, buffer) >= 0) {
      // dropped
    }
  }

  private void copy(InputStream in) throws IOException {
    byte[] buffer = new byte[INPUT_BUFFER];
    for (int count = read(in, buffer); count >= 0; count = read(in, buffer)) {
      streams.write(ByteBuffer.wrap(buffer, 0, count));
    }
    streams.inputEnded();
  }

  private void copyUntilDetached(InputStream in, Input.Terminal terminal) throws IOException {
    DetachKeys.Filter filter = terminal.keys().filter();
    byte[] buffer = new byte[INPUT_BUFFER];
    byte[] passed = new byte[INPUT_BUFFER + terminal.keys().sequence().length];
    for (int count = read(in, buffer); count >= 0; count = read(in, buffer)) {
      int length = filter.pass(buffer, count, passed);
      if (length > 0) {
        streams.write(ByteBuffer.wrap(passed, 0, length));
      }
      if (filter.detached()) {
        terminal.onDetach().run();
        streams.close();
        return;
      }
    }
    streams.inputEnded();
  }

  /**
   * Tomcat throws at the end of the client's input: EOFException on sockets, another kind on TLS,
   * and IllegalStateException when the session has ended meanwhile. Whatever it is, no more input
   * comes.
   */
  private static int read(InputStream in, byte[] buffer) {
    try {
      return in.read(buffer);
    } catch (IOException | IllegalStateException e) {
      log.trace("end of a client's input", e);
      return -1;
    }
  }
}
