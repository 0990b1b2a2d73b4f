package io.gantry.layers;

import com.sun.jna.Memory;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Fd;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Writes the content of long files on a thread of its own, one piece behind whoever brings it: the
 * next piece is read from a socket or decompressed while the last goes to the disk. For one thread.
 */
final class WriteBehind implements AutoCloseable {

  private final ExecutorService writer =
      Executors.newSingleThreadExecutor(
          Thread.ofPlatform().name("layer-write-behind").daemon().factory());
  private final Memory[] buffers;
  private Future<?> pending = CompletableFuture.completedFuture(null);
  private int next;

  /**
   * @param pieceLength the longest piece, bytes
   */
  WriteBehind(int pieceLength) {
    this.buffers = new Memory[] {new Memory(pieceLength), new Memory(pieceLength)};
  }

  /**
   * Takes a piece, which is copied.
   *
   * @param at where in the file
   * @throws ErrnoException as the piece before could not be written
   */
  void write(Fd fd, long at, byte[] bytes, int offset, int length) throws ErrnoException {
    Memory buffer = buffers[next];
    next = (next + 1) % buffers.length;
    buffer.write(0, bytes, offset, length);
    flush();
    pending =
        writer.submit(
            () -> {
              fd.seek(at);
              fd.write(buffer, length);
              return null;
            });
  }

  /** Waits until all pieces are in the file; to be called before it is closed. */
  void flush() throws ErrnoException {
    Future<?> last = pending;
    pending = CompletableFuture.completedFuture(null);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          last.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true; // the file is in use until then
        } catch (ExecutionException e) {
          if (e.getCause() instanceof ErrnoException refused) {
            throw refused;
          }
          throw new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** After {@link #flush()}. */
  @Override
  public void close() {
    writer.shutdown();
    for (Memory buffer : buffers) {
      buffer.close();
    }
  }
}
