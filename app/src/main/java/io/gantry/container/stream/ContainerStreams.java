package io.gantry.container.stream;

import io.gantry.plugins.runtime.Attachment;
import io.gantry.plugins.runtime.OutputSink;
import io.gantry.plugins.runtime.RuntimeDriver;
import io.gantry.plugins.runtime.Stream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The standard streams of one run of a container, and the clients attached to them. There is one
 * connection to the container's monitor, made when the first client needs it; what it delivers is
 * copied to every client's queue, so that no client can hold up the container or another client.
 *
 * <p>Clients may attach before the container starts; they then get all of its output.
 */
public final class ContainerStreams implements OutputSink {

  private static final long CLIENT_LIMIT = 2L << 30;

  private final Path spillDirectory;
  private final boolean stdinOnce;
  private final List<AttachedClient> clients = new CopyOnWriteArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition startedOrEnded = lock.newCondition();
  private final ReentrantLock inputLock = new ReentrantLock();
  private @Nullable Attachment connection;
  private boolean ended;

  /**
   * The streams of a container's next run.
   *
   * @param spillDirectory where output goes that slow clients leave behind
   * @param stdinOnce whether the container's stdin ends with the input of a client
   */
  public ContainerStreams(Path spillDirectory, boolean stdinOnce) {
    this.spillDirectory = spillDirectory;
    this.stdinOnce = stdinOnce;
  }

  /** Adds a client. After the end of the run it gets the end at once. */
  public AttachedClient attach(boolean stdin, boolean stdout, boolean stderr) {
    AttachedClient client =
        new AttachedClient(
            this, SpillQueue.givingUp(spillDirectory, CLIENT_LIMIT), stdin, stdout, stderr);
    lock.lock();
    try {
      clients.add(client);
      if (ended) {
        client.end();
      }
    } finally {
      lock.unlock();
    }
    return client;
  }

  /** Whether somebody wants the streams. */
  public boolean hasClients() {
    return !clients.isEmpty();
  }

  /** Connects to the created or running container, if that was not done yet. */
  public void connect(RuntimeDriver runtime, String id) {
    lock.lock();
    try {
      if (connection == null && !ended) {
        connection = runtime.attach(id, this);
        startedOrEnded.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void output(Stream stream, ByteBuffer data) {
    StdStream to = stream == Stream.STDERR ? StdStream.STDERR : StdStream.STDOUT;
    for (AttachedClient client : clients) {
      client.offer(to, data);
    }
  }

  /** The run is over and all its output was delivered. */
  @Override
  public void end() {
    Attachment open;
    lock.lock();
    try {
      ended = true;
      startedOrEnded.signalAll();
      open = connection;
      connection = null;
    } finally {
      lock.unlock();
    }
    for (AttachedClient client : clients) {
      client.end();
    }
    if (open != null) {
      open.close();
    }
  }

  /** The run is over; without a connection nobody else would tell the clients. */
  public void exited() {
    boolean connected;
    lock.lock();
    try {
      connected = connection != null;
    } finally {
      lock.unlock();
    }
    if (!connected) {
      end();
    }
  }

  void write(ByteBuffer data) throws IOException {
    Attachment to =
        connected().orElseThrow(() -> new IOException("the container does not run any more"));
    inputLock.lock();
    try {
      to.write(data);
    } finally {
      inputLock.unlock();
    }
  }

  void inputEnded() {
    if (stdinOnce) {
      try {
        connected().ifPresent(Attachment::closeInput);
      } catch (InterruptedIOException e) {
        // the client has left before the start: its end is not the end of the input
        return;
      }
    }
  }

  /** The connection, waiting for the start: clients send input before it. Empty after the end. */
  private Optional<Attachment> connected() throws InterruptedIOException {
    lock.lock();
    try {
      while (connection == null && !ended) {
        startedOrEnded.await();
      }
      return Optional.ofNullable(connection);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("the client left before the container was started");
    } finally {
      lock.unlock();
    }
  }

  void left(AttachedClient client) {
    clients.remove(client);
  }
}
