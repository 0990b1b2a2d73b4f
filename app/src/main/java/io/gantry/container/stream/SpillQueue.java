package io.gantry.container.stream;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Output on its way to one client: written by the reader of the container's streams, and read by
 * the client's thread. The first {@value #IN_MEMORY} bytes are held in memory; what a slow client
 * leaves behind beyond that goes to unnamed files, up to a limit. After that the client is given
 * up, or the writer waits for it, as the queue is made. Chunks keep their order and their stream.
 */
public final class SpillQueue implements AutoCloseable {

  /** Output of one stream. The buffer is the receiver's. */
  public record Chunk(StdStream stream, ByteBuffer bytes) {}

  private static final Logger log = LoggerFactory.getLogger(SpillQueue.class);
  private static final int IN_MEMORY = 1 << 20;
  private static final int HEADER = 5;

  /** What is written to and read from the file at once. */
  private static final int BLOCK = 256 << 10;

  /** Pieces of one stream are put together up to this length. */
  private static final int LONGEST = 64 << 10;

  /** A file that is longer is not written to any more, so that its room is free when it is read. */
  private static final long FILE = 64 << 20;

  private final Path directory;
  private final long limit;
  private final boolean waits;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Condition room = lock.newCondition();
  private final Deque<Chunk> memory = new ArrayDeque<>();
  private int inMemory;
  private final Deque<Overflow> files = new ArrayDeque<>();

  /** In all files. */
  private long unread;

  private @Nullable ByteBuffer tail;
  private int last = -1;
  private ByteBuffer block = ByteBuffer.allocate(0);
  private boolean ended;
  private boolean overrun;
  private boolean closed;

  private SpillQueue(Path directory, long limit, boolean waits) {
    this.directory = directory;
    this.limit = limit;
    this.waits = waits;
  }

  /**
   * A queue that gives its client up at the limit and never makes the writer wait.
   *
   * @param directory where the overflow goes, on a disk rather than in memory
   * @param limit how much a client may leave unread, in bytes
   */
  public static SpillQueue givingUp(Path directory, long limit) {
    return new SpillQueue(directory, limit, false);
  }

  /** A queue whose writer waits at the limit, until the client reads or leaves. */
  public static SpillQueue waiting(Path directory, long limit) {
    return new SpillQueue(directory, limit, true);
  }

  /** One file of the overflow, and how far it is written and read. */
  private static final class Overflow {
    final FileChannel channel;
    long written;
    long read;

    Overflow(FileChannel channel) {
      this.channel = channel;
    }

    void drop() {
      try {
        channel.close();
      } catch (IOException e) {
        log.debug("the overflow of a client that has left", e);
      }
    }
  }

  /** Takes a copy of the bytes. Waits for the client only when the queue was made to. */
  public void put(StdStream stream, ByteBuffer bytes) {
    lock.lock();
    try {
      while (waits && !closed && spilled() && beyondLimit(bytes.remaining())) {
        room.awaitUninterruptibly();
      }
      if (closed || overrun || ended || !bytes.hasRemaining()) {
        return;
      }
      if (!spilled() && inMemory + bytes.remaining() <= IN_MEMORY) {
        append(stream, bytes);
      } else {
        spill(stream, bytes);
      }
      changed.signal();
    } catch (IOException e) {
      overrun = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** Whether older output is not in memory: what comes now has to queue behind it. */
  private boolean spilled() {
    return unread > 0 || tail != null || block.hasRemaining();
  }

  private void append(StdStream stream, ByteBuffer bytes) {
    Chunk last = memory.peekLast();
    int length = bytes.remaining();
    inMemory += length;
    if (last != null && last.stream() == stream) {
      ByteBuffer tail = last.bytes();
      if (tail.capacity() - tail.limit() >= length) {
        int start = tail.limit();
        tail.limit(start + length);
        tail.put(start, bytes, bytes.position(), length);
        return;
      }
    }
    ByteBuffer copy = ByteBuffer.allocate(Math.max(length, Math.min(64 << 10, length * 4)));
    copy.put(0, bytes, bytes.position(), length);
    copy.limit(length);
    memory.addLast(new Chunk(stream, copy));
  }

  /** Adds to the tail; what does not fit there any more goes to the file, in large pieces. */
  private void spill(StdStream stream, ByteBuffer bytes) throws IOException {
    int length = bytes.remaining();
    ByteBuffer to = tail;
    if (to == null || to.remaining() < HEADER + length) {
      flushTail();
      to = ByteBuffer.allocate(Math.max(BLOCK, HEADER + length));
      tail = to;
    }
    if (!waits && beyondLimit(length)) {
      overrun = true;
      return;
    }
    if (last >= 0 && to.get(last) == stream.number() && to.getInt(last + 1) + length <= LONGEST) {
      to.putInt(last + 1, to.getInt(last + 1) + length);
    } else {
      last = to.position();
      to.put((byte) stream.number()).putInt(length);
    }
    int start = to.position();
    to.put(start, bytes, bytes.position(), length).position(start + length);
  }

  private boolean beyondLimit(int more) {
    ByteBuffer unwritten = tail;
    return unread + (unwritten == null ? 0 : unwritten.position()) + more > limit;
  }

  private void flushTail() throws IOException {
    ByteBuffer full = tail;
    tail = null;
    last = -1;
    if (full == null) {
      return;
    }
    full.flip();
    Overflow to = lastFile();
    while (full.hasRemaining()) {
      int count = to.channel.write(full, to.written);
      to.written += count;
      unread += count;
    }
  }

  private Overflow lastFile() throws IOException {
    Overflow last = files.peekLast();
    if (last == null || last.written >= FILE) {
      Path path = Files.createTempFile(directory, "attach", ".spill");
      last =
          new Overflow(
              FileChannel.open(
                  path,
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.DELETE_ON_CLOSE));
      files.addLast(last);
      Files.deleteIfExists(path);
    }
    return last;
  }

  /** No more output comes; the reader gets what is left, then the end. */
  public void end() {
    lock.lock();
    try {
      ended = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * The next output, waiting for it; null at the end.
   *
   * @throws IOException when the client was too slow for too long, or the overflow cannot be read
   */
  public @Nullable Chunk take() throws IOException, InterruptedException {
    lock.lockInterruptibly();
    try {
      while (true) {
        Chunk chunk = memory.pollFirst();
        if (chunk != null) {
          inMemory -= chunk.bytes().remaining();
          return chunk;
        }
        if (block.hasRemaining()) {
          return record();
        }
        if (unread > 0) {
          block = readBack(files.getFirst());
          continue;
        }
        ByteBuffer unwritten = tail;
        if (unwritten != null) {
          tail = null;
          last = -1;
          room.signal();
          block = unwritten.flip();
          continue;
        }
        if (overrun) {
          throw new IOException("the client left more than " + limit + " bytes unread");
        }
        if (ended || closed) {
          return null;
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private Chunk record() {
    StdStream stream = StdStream.of(block.get());
    int length = block.getInt();
    ByteBuffer bytes = block.slice(block.position(), length);
    block.position(block.position() + length);
    return new Chunk(stream, bytes);
  }

  /** Reads as many whole records as fit into a block, at least one. */
  private ByteBuffer readBack(Overflow from) throws IOException {
    ByteBuffer records = read(from, (int) Math.min(BLOCK + HEADER, from.written - from.read));
    int whole = wholeRecords(records);
    if (whole == 0) {
      records = read(from, HEADER + records.getInt(1));
      whole = records.limit();
    }
    from.read += whole;
    unread -= whole;
    room.signal();
    if (from.read == from.written) {
      files.removeFirst();
      from.channel.close();
    }
    return records.limit(whole);
  }

  private static int wholeRecords(ByteBuffer records) {
    int end = 0;
    while (end + HEADER <= records.limit()) {
      int next = end + HEADER + records.getInt(end + 1);
      if (next > records.limit()) {
        break;
      }
      end = next;
    }
    return end;
  }

  private static ByteBuffer read(Overflow from, int length) throws IOException {
    ByteBuffer into = ByteBuffer.allocate(length);
    while (into.hasRemaining()) {
      if (from.channel.read(into, from.read + into.position()) < 0) {
        throw new EOFException("the overflow of a client is shorter than it was");
      }
    }
    return into.flip();
  }

  /** The client has left: what is queued is dropped, and so is what still comes. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      memory.clear();
      inMemory = 0;
      unread = 0;
      tail = null;
      block = ByteBuffer.allocate(0);
      changed.signalAll();
      room.signalAll();
      files.forEach(Overflow::drop);
      files.clear();
    } finally {
      lock.unlock();
    }
  }
}
