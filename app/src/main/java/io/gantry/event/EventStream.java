package io.gantry.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Events as they come, none missing, none twice. Used by one thread, closed by any.
 *
 * <p>It is a subscription: the number of the next event, which it takes from memory or, if it is no
 * longer there, from the history.
 */
public final class EventStream implements AutoCloseable {

  private static final int BATCH = 256;
  private static final long NANOS = 1_000_000_000L;

  private static final Duration LONGEST = Duration.ofDays(365);

  private final EventJournal journal;
  private final EventFilter filter;
  private final long until;
  private long number;
  private final ReentrantLock reading = new ReentrantLock();
  private EventHistory.@Nullable Cursor cursor;
  private volatile boolean closed;
  private boolean ended;

  EventStream(EventJournal journal, EventFilter filter, long number, long until) {
    this.journal = journal;
    this.filter = filter;
    this.number = number;
    this.until = until;
  }

  /**
   * The next events, as many as are there, waiting for the first.
   *
   * @param patience after which an empty list is returned
   * @return an empty list also when {@linkplain #ended() ended}
   */
  public List<Event> next(Duration patience) throws InterruptedException {
    List<Event> batch = new ArrayList<>();
    List<Event> wanted = new ArrayList<>();
    long deadline =
        System.nanoTime() + (patience.compareTo(LONGEST) > 0 ? LONGEST : patience).toNanos();
    while (wanted.isEmpty() && !ended()) {
      long patienceLeft = deadline - System.nanoTime();
      long untilLeft = untilLeft();
      batch.clear();
      EventJournal.Where where =
          journal.await(number, Math.min(patienceLeft, untilLeft), () -> closed, batch);
      switch (where) {
        case MEMORY -> number += batch.size();
        case DISK -> readHistory(batch);
        case CLOSED -> ended = true;
        case NOWHERE -> {
          ended = untilLeft() <= 0;
          if (deadline - System.nanoTime() <= 0) {
            return wanted;
          }
        }
      }
      select(batch, wanted);
    }
    return wanted;
  }

  /** Nanoseconds from now to the end of the stream, 0 when it is past. */
  private long untilLeft() {
    if (until == Long.MAX_VALUE) {
      return Long.MAX_VALUE;
    }
    Instant now = Instant.now();
    return Math.max(0, until - (now.getEpochSecond() * NANOS + now.getNano()));
  }

  private void select(List<Event> batch, List<Event> wanted) {
    for (Event event : batch) {
      if (event.time() > until) {
        ended = true;
        return;
      }
      if (filter.matches(event)) {
        wanted.add(event);
      }
    }
  }

  private void readHistory(List<Event> batch) {
    reading.lock();
    try {
      if (closed) {
        return;
      }
      EventHistory.Cursor open = cursor;
      if (open == null) {
        open = journal.readHistory(number);
        cursor = open;
      }
      long oldestInMemory = journal.oldestInMemory();
      while (batch.size() < BATCH && open.number() < oldestInMemory) {
        Optional<Event> event = open.next();
        if (event.isEmpty()) {
          break;
        }
        batch.add(event.get());
      }
      if (batch.size() < BATCH) {
        // All that was only on disk has been read, or is lost: go on in memory.
        number = Math.max(open.number(), oldestInMemory);
        open.close();
        cursor = null;
      } else {
        number = open.number();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("read the events", e);
    } finally {
      reading.unlock();
    }
  }

  /**
   * Whether no event will come any more: all up to {@code until} have been returned, or the stream
   * or the journal was closed.
   */
  public boolean ended() {
    return ended || closed;
  }

  @Override
  public void close() {
    closed = true;
    journal.wake();
    reading.lock();
    try {
      EventHistory.Cursor open = cursor;
      if (open != null) {
        cursor = null;
        open.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("close the events", e);
    } finally {
      reading.unlock();
    }
  }
}
