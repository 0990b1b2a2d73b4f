package io.gantry.oci;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.inotify.Inotify;
import io.gantry.plugins.runtime.Journal;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The journal of one container: conmon's {@code journal}, and before it {@code journal.1}, {@code
 * journal.2} and so on. The current file's number is one more than the highest of these; so that it
 * is never forgotten, the last of them is emptied rather than deleted when it is released.
 *
 * <p>Rotation: the file is renamed, then conmon told; it opens a new one and renames it into place.
 * The old one is complete when the new one is there.
 */
final class JournalFiles implements Journal {

  private static final Logger LOG = System.getLogger(JournalFiles.class.getName());
  private static final String NAME = "journal";
  private static final int BUFFER = 128 * 1024;

  /** Holds any line. */
  private static final int QUIET_BUFFER = 16 * 1024;

  /** Above this, what has been read of an ended container is not kept. */
  private static final long KEPT = 64 * 1024;

  /** The one who writes. */
  interface Writer {

    /** Whether more may be written. */
    boolean lives();

    /** Tells it to write on in a new file; false when it is gone. */
    boolean reopen() throws IOException;
  }

  private final Path directory;
  private final Path current;
  private final Inotify inotify;
  private final Writer writer;
  private final Semaphore changed = new Semaphore(0);
  private final JournalLine line = new JournalLine();
  private byte[] buffer = new byte[0];
  private @Nullable FileChannel channel;
  private long channelSegment;

  /**
   * Where the last read ended, and what the file's size was then: more has come when that differs.
   */
  private Position readTo = Position.START;

  private long readSize;
  private boolean stopRequested;
  private volatile boolean closed;
  private volatile boolean woken;

  JournalFiles(Path directory, Inotify inotify, Writer writer) {
    this.directory = directory;
    this.current = directory.resolve(NAME);
    this.inotify = inotify;
    this.writer = writer;
  }

  /** The file conmon is to write to. */
  static Path file(Path directory) {
    return directory.resolve(NAME);
  }

  /** Marks in a journal that a run ended. Nobody writes to it at that time. */
  static void endRun(Path directory) throws IOException {
    try (FileChannel file =
        FileChannel.open(
            file(directory),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      byte[] mark = JournalLine.END_OF_RUN;
      long size = file.size();
      byte[] tail = new byte[(int) Math.min(mark.length, size)];
      var _ = file.read(ByteBuffer.wrap(tail), size - tail.length);
      if ((size == 0 && rotated(directory).isEmpty()) || Arrays.equals(tail, mark)) {
        return;
      }
      // A line without its end was torn by a power cut.
      boolean torn = size > 0 && tail[tail.length - 1] != '\n';
      ByteBuffer text = ByteBuffer.allocate(mark.length + 1);
      if (torn) {
        text.put((byte) '\n');
      }
      text.put(mark).flip();
      while (text.hasRemaining()) {
        size += file.write(text, size);
      }
    }
  }

  private NavigableSet<Long> rotated() throws IOException {
    return rotated(directory);
  }

  private static NavigableSet<Long> rotated(Path directory) throws IOException {
    NavigableSet<Long> numbers = new TreeSet<>();
    for (String name : Layout.names(directory)) {
      if (name.startsWith(NAME + ".")) {
        String number = name.substring(NAME.length() + 1);
        if (!number.isEmpty() && number.chars().allMatch(Character::isDigit)) {
          numbers.add(Long.parseLong(number));
        }
      }
    }
    return numbers;
  }

  private Path rotatedFile(long segment) {
    return directory.resolve(NAME + "." + segment);
  }

  @Override
  public Position read(Position from, Reader reader) throws IOException {
    Position at = from;
    while (!closed) {
      NavigableSet<Long> rotated = rotated();
      long currentNumber = rotated.isEmpty() ? 1 : rotated.last() + 1;
      Long first = rotated.ceiling(at.segment());
      long segment = first == null ? currentNumber : first;
      if (segment != at.segment()) {
        at = new Position(segment, 0);
      }
      // Asked before reading: what is there then is all of it.
      boolean complete =
          segment < currentNumber && (segment < currentNumber - 1 || current.toFile().exists());
      Position after = readSegment(at, currentNumber, reader);
      boolean stopped = stopRequested;
      stopRequested = false;
      at = after;
      if (stopped || !complete) {
        break;
      }
      at = new Position(segment + 1, 0);
    }
    readTo = at;
    return at;
  }

  private Position readSegment(Position from, long currentNumber, Reader reader)
      throws IOException {
    FileChannel file = channel(from.segment(), currentNumber);
    if (file == null) {
      readSize = 0;
      return from;
    }
    if (buffer.length == 0) {
      buffer = new byte[QUIET_BUFFER];
    }
    long offset = from.offset();
    int filled = 0;
    while (true) {
      int count =
          file.read(ByteBuffer.wrap(buffer, filled, buffer.length - filled), offset + filled);
      if (count <= 0) {
        readSize = offset + filled;
        return new Position(from.segment(), offset);
      }
      filled += count;
      if (filled == buffer.length && filled < BUFFER) {
        buffer = Arrays.copyOf(buffer, BUFFER);
      }
      int consumed = lines(from.segment(), offset, filled, reader);
      if (consumed == 0 && filled == buffer.length) {
        LOG.log(Level.WARNING, "damage in " + directory + " at " + offset + " is left out");
        consumed = filled;
      }
      System.arraycopy(buffer, consumed, buffer, 0, filled - consumed);
      offset += consumed;
      filled -= consumed;
      if (stopRequested) {
        readSize = -1;
        return new Position(from.segment(), offset);
      }
    }
  }

  /** Delivers the whole lines in the buffer; gives how many bytes they were. */
  private int lines(long segment, long offset, int filled, Reader reader) throws IOException {
    int start = 0;
    for (int i = 0; i < filled; i++) {
      if (buffer[i] != '\n') {
        continue;
      }
      Position after = new Position(segment, offset + i + 1);
      boolean goOn =
          switch (line.parse(buffer, start, i - start)) {
            case PIECE ->
                reader.piece(
                    line.stream(),
                    line.epochNanos(),
                    line.isLast(),
                    ByteBuffer.wrap(buffer, start + JournalLine.TEXT, i - start - JournalLine.TEXT),
                    after);
            case END_OF_RUN -> reader.endOfRun(after);
            case DAMAGED -> {
              if (i > start) {
                LOG.log(Level.WARNING, "a damaged line in " + directory + " is left out");
              }
              yield true;
            }
          };
      start = i + 1;
      if (!goOn) {
        stopRequested = true;
        return start;
      }
    }
    return start;
  }

  private @Nullable FileChannel channel(long segment, long currentNumber) throws IOException {
    FileChannel open = channel;
    if (open != null && open.isOpen()) {
      // The same number is the same file, also after it was renamed.
      if (channelSegment == segment) {
        return open;
      }
      open.close();
      channel = null;
    }
    try {
      Path file = segment == currentNumber ? current : rotatedFile(segment);
      FileChannel next = FileChannel.open(file, StandardOpenOption.READ);
      channel = next;
      channelSegment = segment;
      return next;
    } catch (NoSuchFileException e) {
      return null;
    }
  }

  @Override
  public boolean awaitMore(Position from, Duration limit) throws IOException, InterruptedException {
    if (hasMore(from)) {
      return true;
    }
    if (buffer.length > QUIET_BUFFER) {
      // Many containers are quiet for long.
      buffer = new byte[0];
    }
    long deadline = System.nanoTime() + limit.toNanos();
    // A request from before this call counts: who made it is then served by the next read.
    while (!closed && !woken && System.nanoTime() - deadline < 0) {
      awaitChange(from, deadline);
      if (hasMore(from)) {
        return true;
      }
    }
    woken = false;
    return false;
  }

  private void awaitChange(Position from, long deadline) throws IOException, InterruptedException {
    int inDirectory = -1;
    int inFile = -1;
    try {
      Path rotated = rotatedFile(from.segment());
      Path file = rotated.toFile().exists() ? rotated : current;
      inFile = watch(file, Inotify.MODIFY | Inotify.ONE_SHOT);
      if (inFile < 0 || !current.toFile().exists()) {
        inDirectory = watch(directory, Inotify.CREATE | Inotify.MOVED_TO | Inotify.ONE_SHOT);
      }
      if (!hasMore(from) && !closed && !woken) {
        var _ = changed.tryAcquire(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        var _ = changed.drainPermits();
      }
    } finally {
      unwatch(inDirectory);
      unwatch(inFile);
    }
  }

  private int watch(Path path, int mask) throws IOException {
    try {
      return inotify.watch(path, mask, (what, name) -> changed.release());
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOENT) {
        return -1;
      }
      throw e;
    }
  }

  private void unwatch(int watch) {
    if (watch >= 0) {
      inotify.unwatch(watch);
    }
  }

  private boolean hasMore(Position from) throws IOException {
    NavigableSet<Long> rotated = rotated();
    long currentNumber = rotated.isEmpty() ? 1 : rotated.last() + 1;
    Long first = rotated.ceiling(from.segment());
    long segment = first == null ? currentNumber : first;
    if (segment < currentNumber - 1
        || (segment == currentNumber - 1 && current.toFile().exists())) {
      return true;
    }
    long size = size(segment == currentNumber ? current : rotatedFile(segment));
    // Where a line is not complete yet, the reader has been told of it: only more is more.
    long seen = from.equals(readTo) ? Math.max(readSize, from.offset()) : from.offset();
    return size > seen;
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  @Override
  public void wake() {
    woken = true;
    changed.release();
  }

  @Override
  public long size() throws IOException {
    long size = size(current);
    for (long segment : rotated()) {
      size += size(rotatedFile(segment));
    }
    return size;
  }

  @Override
  public void rotate() throws IOException {
    NavigableSet<Long> rotated = rotated();
    long number = rotated.isEmpty() ? 1 : rotated.last() + 1;
    if (size(current) == 0) {
      return;
    }
    Files.move(current, rotatedFile(number));
    if (!writer.reopen()) {
      // Nobody writes: leave it as it was, for the next run to go on.
      Files.move(rotatedFile(number), current);
    }
  }

  @Override
  public void release(Position before) throws IOException {
    NavigableSet<Long> done = rotated();
    long highest = done.isEmpty() ? 0 : done.last();
    long size = size(current);
    if (before.segment() == highest + 1
        && before.offset() == size
        && size > KEPT
        && !writer.lives()) {
      highest++;
      Files.move(current, rotatedFile(highest));
      empty(highest);
    } else if (before.segment() > highest && highest > 0 && current.toFile().exists()) {
      empty(highest);
    }
    for (long segment : done.headSet(Math.min(before.segment(), highest), false)) {
      Files.deleteIfExists(rotatedFile(segment));
    }
  }

  private void empty(long segment) throws IOException {
    try (FileChannel file = FileChannel.open(rotatedFile(segment), StandardOpenOption.WRITE)) {
      file.truncate(0);
    }
  }

  @Override
  public void close() {
    closed = true;
    changed.release();
    FileChannel open = channel;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.log(Level.DEBUG, "cannot close " + directory, e);
      }
    }
  }
}
