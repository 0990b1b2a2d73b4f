package io.gantry.logging;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogSink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;

/**
 * Writes one container's log.
 *
 * <p>A mark is the current file's inode and size. A new file begins only between two marks ({@link
 * #write} takes no more records until then), and the file before it is neither compressed nor
 * deleted before the next mark. So a mark that is handed in at open always names the current file,
 * which is cut back to its size, or the one before, and then all of the current file came after it.
 */
final class FileLogSink implements LogSink {

  /** What is to be done with the file before the current one. */
  private enum Former {
    /** Nothing. */
    SETTLED,
    /** Delete or compress it, but the engine may still come back to a mark in it. */
    WAITING,
    /** Delete or compress it. */
    FREE
  }

  private static final System.Logger log = System.getLogger(FileLogSink.class.getName());

  private final String id;
  private final LogFiles files;
  private final FileLogOptions options;
  private final FileLogKind kind;
  private final LineEncoder encoder;
  private final Executor compressor;
  private final Runnable release;
  private FileChannel channel;
  private long inode;
  private long size;
  private long lastTime;
  private boolean marked = true;
  private Former former = Former.SETTLED;
  private CompletableFuture<Void> compression = CompletableFuture.completedFuture(null);

  /**
   * @param release called once, after the sink is closed
   */
  FileLogSink(
      String id,
      LogFiles files,
      FileLogOptions options,
      FileLogKind kind,
      LineEncoder encoder,
      Executor compressor,
      Optional<String> mark,
      Runnable release) {
    this.release = release;
    this.id = id;
    this.files = files;
    this.options = options;
    this.kind = kind;
    this.encoder = encoder;
    this.compressor = compressor;
    files.lock().lock();
    try {
      files.removeUnfinished();
      channel = files.openCurrent();
      inode = inode(files.current());
      size = goBack(mark.orElse(""));
      channel.position(size);
      ClockSteps.cut(files.current(), size);
      lastTime = lastTime();
    } catch (IOException e) {
      throw failed("open", e);
    } finally {
      files.lock().unlock();
    }
  }

  /** Drops what was written after the mark; returns the size of what stays. */
  private long goBack(String mark) throws IOException {
    long length = channel.size();
    int separator = mark.indexOf(' ');
    if (separator > 0) {
      long markedInode = Long.parseLong(mark.substring(0, separator));
      long markedSize = Long.parseLong(mark.substring(separator + 1));
      boolean previous = Files.exists(files.previous());
      if (markedInode == inode && markedSize <= length) {
        former = previous && (options.compress() || options.maxFiles() == 1) ? Former.FREE : former;
        channel.truncate(markedSize);
        return markedSize;
      }
      if (previous && inode(files.previous()) == markedInode) {
        former = Former.WAITING;
        channel.truncate(0);
        return 0;
      }
    }
    // An unknown log, or a power failure has taken its end: a last line that is cut off must not be
    // joined with the next.
    try (FileChannel reading = FileChannel.open(files.current(), StandardOpenOption.READ)) {
      long whole = new LogSearch(reading, kind.decoder(), length).endOfLastLine();
      channel.truncate(whole);
      return whole;
    }
  }

  /** The time of the last record, or one before all others. */
  private long lastTime() throws IOException {
    if (size == 0) {
      return Long.MIN_VALUE;
    }
    try (FileChannel reading = FileChannel.open(files.current(), StandardOpenOption.READ)) {
      return new LogSearch(reading, kind.decoder(), size).lastTime();
    }
  }

  private static long inode(Path file) throws IOException {
    return ((Number) Files.getAttribute(file, "unix:ino")).longValue();
  }

  @Override
  public int write(List<LogRecord> records) {
    byte[] buffer = Buffers.take();
    try {
      settle();
      if (size > 0 && size >= options.maxSize() && marked) {
        rotate();
      }
      int taken = 0;
      int filled = 0;
      marked = false;
      for (LogRecord entry : records) {
        int room = encoder.maxLength(entry);
        if (buffer.length - filled < room) {
          writeOut(buffer, filled);
          filled = 0;
        }
        if (buffer.length < room) {
          Buffers.give(buffer);
          buffer = new byte[room];
        }
        if (entry.time() < lastTime) {
          ClockSteps.add(files.current(), size + filled);
        }
        lastTime = entry.time();
        filled = encoder.encode(entry, buffer, filled);
        taken++;
        if (size + filled >= options.maxSize()) {
          break;
        }
      }
      writeOut(buffer, filled);
      return taken;
    } catch (IOException e) {
      throw failed("write", e);
    } finally {
      Buffers.give(buffer);
    }
  }

  private void writeOut(byte[] buffer, int length) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, length);
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    size += length;
  }

  private void rotate() throws IOException {
    awaitCompression();
    files.lock().lock();
    try {
      FileChannel full = channel;
      channel = files.rotate(Math.max(options.maxFiles() - 1, 1));
      full.close();
      inode = inode(files.current());
      size = 0;
      lastTime = Long.MIN_VALUE;
      former = Former.WAITING;
    } finally {
      files.lock().unlock();
    }
    files.letFollowersCatchUp();
  }

  /** Does with the file before the current one what had to wait for the mark. */
  private void settle() throws IOException {
    if (former != Former.FREE) {
      return;
    }
    former = Former.SETTLED;
    if (options.maxFiles() == 1) {
      files.deletePrevious();
    } else if (options.compress()) {
      compression = CompletableFuture.runAsync(this::compress, compressor);
    }
  }

  private void compress() {
    try {
      files.compressPrevious(kind.decoder());
    } catch (IOException e) {
      // The file stays as it is: a log that is not compressed is better than none.
      log.log(System.Logger.Level.WARNING, "compress the log of " + id + ": " + e);
    }
  }

  private void awaitCompression() {
    try {
      compression.join();
    } catch (CompletionException e) {
      log.log(System.Logger.Level.WARNING, "compress the log of " + id, e);
    }
  }

  @Override
  public String flush() {
    marked = true;
    if (former == Former.WAITING) {
      former = Former.FREE;
    }
    return inode + " " + size;
  }

  @Override
  public void close() {
    try {
      settle();
      channel.close();
    } catch (IOException e) {
      throw failed("close", e);
    } finally {
      awaitCompression();
      release.run();
    }
  }

  private DriverException failed(String action, IOException e) {
    return new DriverException(
        DriverException.Kind.SYSTEM,
        action + " the log of container " + id + ": " + e.getMessage(),
        e);
  }
}
