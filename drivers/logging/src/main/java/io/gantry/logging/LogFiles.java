package io.gantry.logging;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The files of one container's log: the current one, and {@code .1}, {@code .2}… before it, the
 * youngest first, each perhaps compressed ({@code .1.gz}). Who looks at their names or changes them
 * holds the {@link #lock}. Cursors that follow the log are handed each new file, so that nothing
 * escapes them.
 */
final class LogFiles {

  private static final int MAX_FILES_LOOKED_FOR = 10_000;
  private static final String GZIP = ".gz";
  private static final String UNFINISHED = ".tmp";

  /** Somebody who follows the log. */
  interface Follower {

    /**
     * A new current file; the one before it will not change any more. Called with the lock held.
     */
    void rotated(FileChannel next);

    /** Waits a moment for one who has many files to read. Called without the lock. */
    void awaitReader();
  }

  private final ReentrantLock lock = new ReentrantLock();
  private final Path current;
  private final Set<Follower> followers = new LinkedHashSet<>();

  LogFiles(Path current) {
    this.current = current;
  }

  ReentrantLock lock() {
    return lock;
  }

  Path current() {
    return current;
  }

  /** The files there are, the current one first. */
  private List<Path> list() {
    List<Path> files = new ArrayList<>();
    if (current.toFile().exists()) {
      files.add(current);
    }
    for (int i = 1; i < MAX_FILES_LOOKED_FOR; i++) {
      Optional<Path> file = find(i);
      if (file.isEmpty()) {
        break;
      }
      files.add(file.get());
    }
    return files;
  }

  /**
   * Opens all files there are for reading, the current one first, and lets a follower know those to
   * come.
   */
  List<LogPart> open(Follower follower) throws IOException {
    List<LogPart> parts = new ArrayList<>();
    lock.lock();
    try {
      for (Path file : list()) {
        parts.add(open(file));
      }
      followers.add(follower);
      return parts;
    } catch (IOException e) {
      for (LogPart part : parts) {
        part.close();
      }
      throw e;
    } finally {
      lock.unlock();
    }
  }

  /** The size is looked at before the steps: of what is there then all steps are known. */
  private static LogPart open(Path file) throws IOException {
    FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      boolean compressed = file.toString().endsWith(GZIP);
      long size = channel.size();
      return new LogPart(channel, compressed, 0, size, ClockSteps.read(file));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private Path plain(int index) {
    return current.resolveSibling(current.getFileName() + "." + index);
  }

  private static Path compressed(Path plain) {
    return plain.resolveSibling(plain.getFileName() + GZIP);
  }

  private Optional<Path> find(int index) {
    Path plain = plain(index);
    if (plain.toFile().exists()) {
      return Optional.of(plain);
    }
    Path compressed = compressed(plain);
    return compressed.toFile().exists() ? Optional.of(compressed) : Optional.empty();
  }

  /** The file before the current one, not compressed. */
  Path previous() {
    return plain(1);
  }

  FileChannel openCurrent() throws IOException {
    return FileChannel.open(
        current,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----")));
  }

  /**
   * Begins a new current file; the former becomes {@link #previous}, and no more than {@code keep}
   * files stay before the current one.
   */
  FileChannel rotate(int keep) throws IOException {
    int oldest = 0;
    while (find(oldest + 1).isPresent()) {
      oldest++;
    }
    for (int i = oldest; i >= 1; i--) {
      if (i >= keep) {
        delete(plain(i));
        Files.deleteIfExists(compressed(plain(i)));
      } else {
        move(plain(i), plain(i + 1));
        move(compressed(plain(i)), compressed(plain(i + 1)));
      }
    }
    move(current, previous());
    FileChannel channel = openCurrent();
    for (Follower follower : followers) {
      follower.rotated(FileChannel.open(current, StandardOpenOption.READ));
    }
    return channel;
  }

  /** Gives followers that are far behind a moment. */
  void letFollowersCatchUp() {
    List<Follower> now;
    lock.lock();
    try {
      now = List.copyOf(followers);
    } finally {
      lock.unlock();
    }
    now.forEach(Follower::awaitReader);
  }

  private static void move(Path from, Path to) throws IOException {
    if (from.toFile().exists()) {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
      ClockSteps.move(from, to);
    }
  }

  private static void delete(Path plain) throws IOException {
    Files.deleteIfExists(plain);
    ClockSteps.delete(plain);
  }

  /** Drops {@link #previous}. Takes the lock: a reader may be between seeing and opening it. */
  void deletePrevious() throws IOException {
    lock.lock();
    try {
      delete(previous());
    } finally {
      lock.unlock();
    }
  }

  /** Replaces {@link #previous} by a compressed file. Takes the lock for the last step only. */
  void compressPrevious(LineDecoder decoder) throws IOException {
    Path plain = previous();
    Path unfinished = current.resolveSibling(current.getFileName() + UNFINISHED);
    GzipFile.write(plain, unfinished, decoder);
    lock.lock();
    try {
      Files.move(unfinished, compressed(plain), StandardCopyOption.ATOMIC_MOVE);
      delete(plain);
    } finally {
      lock.unlock();
    }
  }

  /** Removes what a compression that was cut off has left. */
  void removeUnfinished() throws IOException {
    Files.deleteIfExists(current.resolveSibling(current.getFileName() + UNFINISHED));
  }

  void unfollow(Follower follower) {
    lock.lock();
    try {
      followers.remove(follower);
    } finally {
      lock.unlock();
    }
  }
}
