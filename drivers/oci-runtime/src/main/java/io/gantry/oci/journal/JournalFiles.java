package io.gantry.oci.journal;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.inotify.Inotify;
import io.gantry.plugins.runtime.Journal;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The journal of one container, in {@linkplain JournalSegments files} that conmon writes. */
public final class JournalFiles implements Journal {

  /** The one who writes. */
  public interface Writer {

    /** Whether more may be written. */
    boolean lives();

    /** Tells it to write on in a new file; false when it is gone. */
    boolean reopen() throws IOException;
  }

  private final JournalSegments segments;
  private final SegmentReader segmentReader;
  private final Inotify inotify;
  private final Writer writer;
  private final Semaphore changed = new Semaphore(0);

  /**
   * Where the last read ended, and what the file's size was then: more has come when that differs.
   */
  private Position readTo = Position.START;

  private long readSize;
  private volatile boolean closed;
  private volatile boolean woken;

  public JournalFiles(Path directory, Inotify inotify, Writer writer) {
    this.segments = new JournalSegments(directory);
    this.segmentReader = new SegmentReader(directory);
    this.inotify = inotify;
    this.writer = writer;
  }

  @Override
  public Position read(Position from, Reader reader) throws IOException {
    Position at = from;
    while (!closed) {
      JournalSegments.View view = segments.look();
      long segment = view.from(at.segment());
      if (segment != at.segment()) {
        at = new Position(segment, 0);
      }
      // Asked before reading: what is there then is all of it.
      boolean complete = view.complete(segment);
      at = segmentReader.read(at, view.file(segment), reader);
      readSize = segmentReader.seen();
      if (segmentReader.stopped() || !complete) {
        break;
      }
      at = new Position(segment + 1, 0);
    }
    readTo = at;
    return at;
  }

  @Override
  public boolean awaitMore(Position from, Duration limit) throws IOException, InterruptedException {
    if (hasMore(from)) {
      return true;
    }
    segmentReader.shrink();
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
      inFile = watch(segments.likelyFile(from.segment()), Inotify.MODIFY | Inotify.ONE_SHOT);
      if (inFile < 0 || !segments.currentExists()) {
        inDirectory =
            watch(segments.directory(), Inotify.CREATE | Inotify.MOVED_TO | Inotify.ONE_SHOT);
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
    JournalSegments.View view = segments.look();
    long segment = view.from(from.segment());
    if (view.complete(segment)) {
      return true;
    }
    // Where a line is not complete yet, the reader has been told of it: only more is more.
    long seen = from.equals(readTo) ? Math.max(readSize, from.offset()) : from.offset();
    return JournalSegments.size(view.file(segment)) > seen;
  }

  @Override
  public void wake() {
    woken = true;
    changed.release();
  }

  @Override
  public long size() throws IOException {
    return segments.size();
  }

  @Override
  public void rotate() throws IOException {
    segments.rotate(writer);
  }

  @Override
  public void release(Position before) throws IOException {
    segments.release(before, writer);
  }

  @Override
  public void close() {
    closed = true;
    changed.release();
    segmentReader.close();
  }
}
