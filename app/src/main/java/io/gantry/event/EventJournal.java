package io.gantry.event;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All events of the engine, in one order. The last ones are in memory, all that fit into the limit
 * on disk; a subscriber that is slow reads from there and misses nothing that has not been deleted.
 *
 * <p>Publishing appends to a list; a thread of the journal's own writes to disk, in order, shortly
 * after. An event that was published less than a moment before the daemon is killed may be missing
 * in the history. Thread-safe.
 */
public final class EventJournal implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EventJournal.class);

  /** How many events stay in memory after they were written. */
  private static final int RECENT = 2048;

  /**
   * How many wait for the disk at most; when the disk is dead so many are kept for subscribers, the
   * rest is not in the history.
   */
  private static final int WAITING = 100_000;

  private static final int BATCH = 256;
  private static final int WRITTEN_AT_ONCE = 512;

  private final EventHistory history;
  private final Clock clock;
  private final Thread writer;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition published = lock.newCondition();
  private final Condition unwritten = lock.newCondition();
  // Guarded by the lock: events [first, first + recent.size()) of which those from `written` on are
  // not on disk yet.
  private final ArrayDeque<Event> recent = new ArrayDeque<>();
  private long first;
  private long written;
  private long lastTime;
  private boolean closed;

  /**
   * @param directory for the history; made when absent
   * @param limit how many bytes the history may take
   */
  public EventJournal(Path directory, long limit) {
    this(directory, limit, Clock.systemUTC());
  }

  EventJournal(Path directory, long limit, Clock clock) {
    try {
      this.history = new EventHistory(directory, limit);
    } catch (IOException e) {
      throw new UncheckedIOException("open the events in " + directory, e);
    }
    this.clock = clock;
    this.first = history.next();
    this.written = first;
    this.lastTime = history.lastTime();
    this.writer = Thread.ofVirtual().name("event-journal").start(this::writeAll);
  }

  /**
   * Tells all subscribers and writes it down, both later and in order. Takes microseconds and never
   * waits for a subscriber or the disk.
   */
  public Event publish(
      EventType type, String action, String actorId, Map<String, String> attributes) {
    SortedMap<String, String> sorted = Collections.unmodifiableSortedMap(new TreeMap<>(attributes));
    lock.lock();
    try {
      Instant now = clock.instant();
      long time = Math.max(now.getEpochSecond() * 1_000_000_000L + now.getNano(), lastTime + 1);
      Event event = new Event(type.text(), action, actorId, sorted, time, "local");
      if (closed) {
        return event;
      }
      lastTime = time;
      recent.addLast(event);
      if (recent.size() > WAITING) {
        recent.removeFirst();
        first++;
        written = Math.max(written, first);
      }
      unwritten.signal();
      published.signalAll();
      return event;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Events from now on, or from the past on.
   *
   * @param since first the events of this time or later, in nanoseconds since 1970, as far as the
   *     history reaches
   * @param until ends with the last event of this time or earlier; without {@code since} the
   *     history is read from its beginning
   */
  public EventStream subscribe(EventFilter filter, OptionalLong since, OptionalLong until) {
    long from;
    if (since.isPresent()) {
      from = find(since.getAsLong());
    } else if (until.isPresent()) {
      from = 0;
    } else {
      from = end();
    }
    return new EventStream(this, filter, from, until.orElse(Long.MAX_VALUE));
  }

  private long find(long time) {
    lock.lock();
    try {
      Event oldest = recent.peekFirst();
      if (oldest == null ? first == 1 : oldest.time() <= time) {
        long number = first;
        for (Iterator<Event> i = recent.iterator(); i.hasNext() && i.next().time() < time; ) {
          number++;
        }
        return number;
      }
    } finally {
      lock.unlock();
    }
    try {
      return history.find(time);
    } catch (IOException e) {
      throw new UncheckedIOException("search the events", e);
    }
  }

  /** The number the next event gets. */
  private long end() {
    lock.lock();
    try {
      return first + recent.size();
    } finally {
      lock.unlock();
    }
  }

  /** What {@link #await} found. */
  enum Where {
    MEMORY,
    DISK,
    NOWHERE,
    CLOSED
  }

  /**
   * Waits for the event of a number and copies it with those that follow it.
   *
   * @param cancelled looked at whenever {@link #wake} is called
   */
  Where await(long number, long nanos, BooleanSupplier cancelled, List<Event> into)
      throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = nanos;
      while (number >= first + recent.size()) {
        if (closed) {
          return Where.CLOSED;
        }
        if (left <= 0 || cancelled.getAsBoolean()) {
          return Where.NOWHERE;
        }
        left = published.awaitNanos(left);
      }
      if (number < first) {
        return Where.DISK;
      }
      long skip = number - first;
      Iterator<Event> events = skip <= recent.size() / 2 ? recent.iterator() : null;
      if (events == null) {
        copyFromTheEnd(first + recent.size() - number, into);
      } else {
        for (long i = 0; i < skip; i++) {
          events.next();
        }
        while (events.hasNext() && into.size() < BATCH) {
          into.add(events.next());
        }
      }
      return Where.MEMORY;
    } finally {
      lock.unlock();
    }
  }

  /** A subscriber that keeps up wants the last few of many. */
  private void copyFromTheEnd(long count, List<Event> into) {
    Iterator<Event> backwards = recent.descendingIterator();
    for (long i = 0; i < count; i++) {
      into.add(backwards.next());
    }
    Collections.reverse(into);
  }

  /** Makes waiting streams look whether they were closed. */
  void wake() {
    lock.lock();
    try {
      published.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The number of the oldest event in memory; a cursor of the history is good for those before. */
  long oldestInMemory() {
    lock.lock();
    try {
      return first;
    } finally {
      lock.unlock();
    }
  }

  EventHistory.Cursor readHistory(long number) {
    return history.read(number);
  }

  private void writeAll() {
    List<Event> batch = new ArrayList<>();
    for (long start = takeUnwritten(batch); start > 0; start = takeUnwritten(batch)) {
      try {
        history.append(start, batch);
      } catch (IOException e) {
        log.error("{} events are missing in the history: {}", batch.size(), e.toString());
      }
      forget(start + batch.size());
      batch.clear();
    }
  }

  /** Waits for events that are not on disk; returns the number of the first, 0 when closed. */
  private long takeUnwritten(List<Event> batch) {
    lock.lock();
    try {
      while (written == first + recent.size()) {
        if (closed) {
          return 0;
        }
        unwritten.awaitUninterruptibly();
      }
      Iterator<Event> backwards = recent.descendingIterator();
      long waiting = first + recent.size() - written;
      for (long skip = waiting - WRITTEN_AT_ONCE; skip > 0; skip--) {
        backwards.next();
      }
      for (long left = Math.min(waiting, WRITTEN_AT_ONCE); left > 0; left--) {
        batch.add(backwards.next());
      }
      Collections.reverse(batch);
      return written;
    } finally {
      lock.unlock();
    }
  }

  private void forget(long upTo) {
    lock.lock();
    try {
      written = Math.max(written, upTo);
      while (recent.size() > RECENT && first < written) {
        recent.removeFirst();
        first++;
      }
    } finally {
      lock.unlock();
    }
  }

  /** Writes what is not on disk yet, then ends all subscriptions. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      unwritten.signal();
      published.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      writer.join();
      history.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      log.warn("close the events: {}", e.toString());
    }
  }
}
