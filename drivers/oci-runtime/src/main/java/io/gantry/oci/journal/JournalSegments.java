package io.gantry.oci.journal;

import io.gantry.plugins.FailPoint;
import io.gantry.plugins.runtime.Journal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The files of one container's journal: conmon's {@code journal}, and before it {@code journal.1},
 * {@code journal.2} and so on. The current file's number is one more than the highest of these; so
 * that it is never forgotten, the last of them is emptied rather than deleted when it is released.
 *
 * <p>Who writes may make a new current file at any time: what is known of the files is asked for
 * anew by {@link #look}.
 */
public final class JournalSegments {

  private static final String NAME = "journal";

  /** Above this, what has been read of an ended container is not kept. */
  private static final long KEPT = 64 * 1024;

  private final Path directory;
  private final Path current;
  private boolean asked;

  JournalSegments(Path directory) {
    this.directory = directory;
    this.current = file(directory);
  }

  /** The file conmon is to write to. */
  public static Path file(Path directory) {
    return directory.resolve(NAME);
  }

  /** Marks in a journal that a run ended. Nobody writes to it at that time. */
  public static void endRun(Path directory) throws IOException {
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
      boolean nothing = size == 0 && new JournalSegments(directory).rotated().isEmpty();
      if (nothing || Arrays.equals(tail, mark)) {
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
    NavigableSet<Long> numbers = new TreeSet<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        String name = String.valueOf(file.getFileName());
        if (name.startsWith(NAME + ".")) {
          String number = name.substring(NAME.length() + 1);
          if (!number.isEmpty() && number.chars().allMatch(Character::isDigit)) {
            numbers.add(Long.parseLong(number));
          }
        }
      }
    } catch (NoSuchFileException e) {
      return numbers;
    }
    return numbers;
  }

  private Path rotatedFile(long segment) {
    return directory.resolve(NAME + "." + segment);
  }

  /** What files there were at a moment. */
  final class View {

    private final NavigableSet<Long> rotated;
    private final long last;
    private final boolean lastExists;

    private View(NavigableSet<Long> rotated, boolean lastExists) {
      this.rotated = rotated;
      this.last = rotated.isEmpty() ? 1 : rotated.last() + 1;
      this.lastExists = lastExists;
    }

    /** The first segment there is from a number on; the current one if there is no other. */
    long from(long segment) {
      Long first = rotated.ceiling(segment);
      return first == null ? last : first;
    }

    /** Whether nothing more is written to a segment: the next one was there. */
    boolean complete(long segment) {
      return segment < last - 1 || segment == last - 1 && lastExists;
    }

    Path file(long segment) {
      return segment == last ? current : rotatedFile(segment);
    }
  }

  View look() throws IOException {
    NavigableSet<Long> rotated = rotated();
    return new View(rotated, current.toFile().exists());
  }

  Path directory() {
    return directory;
  }

  /** The file of a segment that was the current one when it was last looked at. */
  Path likelyFile(long segment) {
    Path rotated = rotatedFile(segment);
    return rotated.toFile().exists() ? rotated : current;
  }

  boolean currentExists() {
    return current.toFile().exists();
  }

  static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      return 0;
    }
  }

  /** Bytes on disk. */
  long size() throws IOException {
    long size = size(current);
    for (long segment : rotated()) {
      size += size(rotatedFile(segment));
    }
    return size;
  }

  /**
   * Renames the current file, and has its writer go on in a new one. The former is complete when
   * the new one is there.
   */
  void rotate(JournalFiles.Writer writer) throws IOException {
    NavigableSet<Long> rotated = rotated();
    long number = rotated.isEmpty() ? 1 : rotated.last() + 1;
    if (size(current) == 0) {
      finishRotation(writer);
      return;
    }
    asked = true;
    Files.move(current, rotatedFile(number));
    FailPoint.hit("journal.rotate.renamed");
    if (!writer.reopen()) {
      // Nobody writes: leave it as it was, for the next run to go on.
      Files.move(rotatedFile(number), current);
    }
  }

  /**
   * The last daemon may have died before it asked the writer to go on in a new file. Only the first
   * one asks again: a writer that is asked twice throws away what it wrote in between.
   */
  private void finishRotation(JournalFiles.Writer writer) throws IOException {
    if (!asked && !currentExists()) {
      asked = true;
      var _ = writer.reopen();
    }
  }

  /** Frees what lies wholly before a place. */
  void release(Journal.Position before, JournalFiles.Writer writer) throws IOException {
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
    } else if (before.segment() > highest && highest > 0 && currentExists()) {
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
}
