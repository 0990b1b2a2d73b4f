package io.gantry.oci;

import io.gantry.linux.poll.Poller;
import io.gantry.linux.socket.SeqPacketSocket;
import io.gantry.plugins.runtime.Attachment;
import io.gantry.plugins.runtime.OutputSink;
import io.gantry.plugins.runtime.Stream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The connection to a monitor's {@code attach} socket. Out come packets of one byte for the stream,
 * 2 or 3, and up to 8 KiB; in go the plain bytes, at most 32 KiB a packet, an empty packet being
 * the end.
 *
 * <p>One virtual thread reads, always: a monitor whose client does not read stands still, and its
 * container with it.
 */
final class StreamConnection implements Attachment {

  private static final Logger LOG = System.getLogger(StreamConnection.class.getName());
  private static final byte STDERR = 3;

  private final SeqPacketSocket socket;
  private final Buffers buffers;
  private final boolean openStdin;
  private final boolean endStdin;
  private final CountDownLatch outputEnded = new CountDownLatch(1);

  private StreamConnection(
      SeqPacketSocket socket, Buffers buffers, boolean openStdin, boolean endStdin) {
    this.socket = socket;
    this.buffers = buffers;
    this.openStdin = openStdin;
    this.endStdin = endStdin;
  }

  /** Connects to the monitor of a directory, and begins to read. */
  static StreamConnection open(
      Poller poller,
      Buffers buffers,
      Path directory,
      boolean openStdin,
      boolean endStdin,
      OutputSink sink)
      throws IOException {
    SeqPacketSocket socket = SeqPacketSocket.connect(poller, directory.resolve("attach"));
    StreamConnection connection = new StreamConnection(socket, buffers, openStdin, endStdin);
    Thread.ofVirtual()
        .name("output of " + directory.getFileName())
        .start(() -> connection.read(sink));
    return connection;
  }

  private void read(OutputSink sink) {
    try {
      while (true) {
        socket.awaitPacket();
        ByteBuffer buffer = buffers.take();
        try {
          int length;
          do {
            length = socket.receive(buffer.clear());
            if (length == 0) {
              return;
            }
            if (length > 1) {
              deliver(buffer.flip(), sink);
            }
          } while (length > 0);
        } finally {
          buffers.give(buffer);
        }
      }
    } catch (ClosedChannelException e) {
      LOG.log(Level.TRACE, "closed", e);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "output was lost", e);
    } finally {
      sink.end();
      outputEnded.countDown();
    }
  }

  /**
   * Waits until everything the monitor sent has been delivered: it closes its side when it ends.
   *
   * @return false when the time is over
   */
  boolean awaitOutput(Duration limit) throws InterruptedIOException {
    try {
      return outputEnded.await(limit.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the rest of the output");
    }
  }

  private static void deliver(ByteBuffer packet, OutputSink sink) {
    Stream stream = packet.get() == STDERR ? Stream.STDERR : Stream.STDOUT;
    try {
      sink.output(stream, packet);
    } catch (RuntimeException e) {
      LOG.log(Level.ERROR, "a piece of output was not taken", e);
    }
  }

  @Override
  public void write(ByteBuffer data) throws IOException {
    if (!openStdin) {
      data.position(data.limit());
      return;
    }
    ByteBuffer buffer = buffers.take();
    try {
      while (data.hasRemaining()) {
        buffer.clear();
        int count = Math.min(data.remaining(), Buffers.SIZE);
        buffer.put(0, data, data.position(), count).limit(count);
        data.position(data.position() + count);
        socket.send(buffer);
      }
    } finally {
      buffers.give(buffer);
    }
  }

  @Override
  public void closeInput() {
    if (!endStdin) {
      return;
    }
    try {
      socket.shutdownOutput();
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "the other side has closed already", e);
    }
  }

  @Override
  public void close() {
    socket.close();
  }
}
