package io.gantry.event;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Events on disk: segments of lines, each named after the number of its first event. Events are
 * numbered without gaps from 1 in the life of the data root. The oldest segments are deleted when
 * all take more than the limit.
 *
 * <p>One thread appends; others read what was appended at the same time. Nothing is synced: after a
 * power failure the last events may be missing.
 */
final class EventHistory implements AutoCloseable {

  private static final int SEGMENTS = 8;
  private static final Pattern NAME = Pattern.compile("(\\d{19})\\.events");

  private final Path directory;
  private final long limit;
  private final ConcurrentSkipListMap<Long, Path> segments = new ConcurrentSkipListMap<>();
  private FileChannel current;
  private long size;
  private volatile long next;
  private long lastTime;

  /** A place between two events of the history while it is being read. */
  final class Cursor implements AutoCloseable {

    private InputStream segment = InputStream.nullInputStream();
    private long number;

    private Cursor(long number) {
      this.number = number;
    }

    /** Number of the event {@link #next} returns. */
    long number() {
      return number;
    }

    /** The next event; empty at the end of what is on disk. Skips what was deleted meanwhile. */
    Optional<Event> next() throws IOException {
      while (true) {
        Optional<byte[]> line = readLine(segment);
        if (line.isPresent()) {
          number++;
          Optional<Event> event = EventCodec.decode(line.get());
          if (event.isPresent()) {
            return event;
          }
        } else if (!openAtNumber()) {
          return Optional.empty();
        }
      }
    }

    private boolean openAtNumber() throws IOException {
      Map.Entry<Long, Path> entry = segments.floorEntry(number);
      if (entry == null) {
        entry = segments.firstEntry();
      }
      segment.close();
      segment = InputStream.nullInputStream();
      if (entry == null) {
        return false;
      }
      try {
        segment = new BufferedInputStream(Files.newInputStream(entry.getValue()), 1 << 16);
      } catch (NoSuchFileException e) {
        segments.remove(entry.getKey());
        return !segments.isEmpty();
      }
      number = Math.max(number, entry.getKey());
      boolean more = true;
      for (long skip = entry.getKey(); more && skip < number; skip++) {
        more = readLine(segment).isPresent();
      }
      if (more) {
        segment.mark(1);
        more = segment.read() >= 0;
        segment.reset();
      }
      Map.Entry<Long, Path> later = segments.higherEntry(entry.getKey());
      if (!more && later != null) {
        number = Math.max(number, later.getKey());
        return true;
      }
      return more;
    }

    @Override
    public void close() throws IOException {
      segment.close();
    }
  }

  EventHistory(Path directory, long limit) throws IOException {
    this.directory = directory;
    this.limit = limit;
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try (Stream<Path> files = Files.list(directory)) {
      files.forEach(
          file -> {
            Matcher name = NAME.matcher(String.valueOf(file.getFileName()));
            if (name.matches()) {
              segments.put(Long.parseLong(name.group(1)), file);
            }
          });
    }
    Map.Entry<Long, Path> last = segments.lastEntry();
    if (last == null) {
      next = 1;
      current = begin();
    } else {
      recover(last.getKey(), last.getValue());
      current = FileChannel.open(last.getValue(), StandardOpenOption.WRITE);
      current.truncate(size);
      current.position(size);
    }
  }

  /**
   * Counts the events of the last segment; what follows the last whole line is cut off by the
   * caller.
   */
  private void recover(long first, Path file) throws IOException {
    next = first;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      Optional<byte[]> line = readLine(in);
      while (line.isPresent()) {
        next++;
        size += line.get().length + 1L;
        lastTime = EventCodec.time(line.get()).orElse(lastTime);
        line = readLine(in);
      }
    }
  }

  /** The number the next event gets. */
  long next() {
    return next;
  }

  /** The time of the last event of an earlier life, 0 if there is none. */
  long lastTime() {
    return lastTime;
  }

  /**
   * Appends events that are numbered from {@code start} on; numbers between the last ones and these
   * stay without an event.
   */
  void append(long start, List<Event> events) throws IOException {
    if (start != next || size >= Math.max(limit / SEGMENTS, 1)) {
      next = start;
      current.close();
      current = begin();
    }
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    for (Event event : events) {
      lines.writeBytes(EventCodec.encode(event));
    }
    try {
      ByteBuffer buffer = ByteBuffer.wrap(lines.toByteArray());
      while (buffer.hasRemaining()) {
        current.write(buffer);
      }
    } catch (IOException e) {
      // The disk is full: a half-written line must not be joined with the next one.
      current.truncate(size);
      current.position(size);
      throw e;
    }
    size += lines.size();
    next = start + events.size();
  }

  private FileChannel begin() throws IOException {
    Path file = directory.resolve("%019d.events".formatted(next));
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    channel.truncate(0);
    size = 0;
    segments.put(next, file);
    while (segments.size() > SEGMENTS) {
      Files.deleteIfExists(segments.pollFirstEntry().getValue());
    }
    return channel;
  }

  /**
   * The number of the first event of a time or later, as far as the disk knows; the number after
   * the last one if all are earlier.
   */
  long find(long time) throws IOException {
    Map.Entry<Long, Path> start = null;
    for (Map.Entry<Long, Path> entry : segments.entrySet()) {
      OptionalLong first = firstTime(entry.getValue());
      if (start != null && first.isPresent() && first.getAsLong() >= time) {
        break;
      }
      start = entry;
    }
    if (start == null) {
      return next;
    }
    long number = start.getKey();
    try (InputStream in =
        new BufferedInputStream(Files.newInputStream(start.getValue()), 1 << 16)) {
      Optional<byte[]> line = readLine(in);
      while (line.isPresent() && EventCodec.time(line.get()).orElse(0) < time) {
        number++;
        line = readLine(in);
      }
    } catch (NoSuchFileException e) {
      return number;
    }
    return number;
  }

  private static OptionalLong firstTime(Path segment) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(segment), 1 << 12)) {
      Optional<byte[]> line = readLine(in);
      return line.isEmpty() ? OptionalLong.empty() : EventCodec.time(line.get());
    } catch (NoSuchFileException e) {
      return OptionalLong.empty();
    }
  }

  Cursor read(long from) {
    return new Cursor(from);
  }

  private static Optional<byte[]> readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(256);
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return Optional.of(line.toByteArray());
      }
      line.write(b);
    }
    return Optional.empty();
  }

  @Override
  public void close() throws IOException {
    current.close();
  }
}
