package io.gantry.container.log;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogSink;
import io.gantry.plugins.log.LogStream;
import io.gantry.plugins.runtime.Journal;
import io.gantry.plugins.runtime.Stream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries one container's output from its journal to its log driver, on a virtual thread that is
 * parked while the container is quiet.
 *
 * <p>After each batch the driver's mark and the place in the journal are stored together. A daemon
 * that was killed at any point opens the driver at that mark, which drops what came after it, and
 * reads on from that place: no line is lost and, with a driver that can go back, none is there
 * twice. What fails, be it the driver, the journal or the file of the checkpoint, is tried again,
 * with growing pauses; meanwhile the output stays in the journal.
 */
final class LogPump {

  private static final Logger log = LoggerFactory.getLogger(LogPump.class);

  private static final int BATCH = 512 * 1024;
  private static final long SEGMENT = 16L << 20;

  /** The first segment has nothing before it that could be released. */
  private static final long FIRST = 1;

  /** A driver may keep the last segment of an ended run when it is no longer; bytes. */
  private static final long KEPT = 64L << 10;

  /** How much output is kept while a driver fails. */
  private static final long BACKLOG_OF_FAILING = 1L << 30;

  private static final Duration FOREVER = Duration.ofDays(365);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final ContainerLog target;
  private final Supplier<LogDriver> driver;
  private final Journal journal;
  private final long backlogLimit;
  private final Checkpoint checkpoint;
  private final LineAssembler assembler = new LineAssembler();
  private final PumpProgress progress;
  private final Thread thread;
  private final Runnable whenEnded;
  private Checkpoint.State state;
  private @Nullable LogSink sink;
  private long lastTime = Long.MIN_VALUE;
  private long released = FIRST;
  private volatile boolean abandoned;
  private boolean batchFull;
  private boolean blind;
  private Duration pause = FIRST_PAUSE;

  /**
   * @param driver is asked for whenever the log is opened; it may be missing for a while
   * @param whenEnded called once, before others hear of the end
   */
  LogPump(
      ContainerLog target,
      Supplier<LogDriver> driver,
      long backlogLimit,
      Journal journal,
      Consumer<LogPump> whenEnded)
      throws IOException {
    this.target = target;
    this.whenEnded = () -> whenEnded.accept(this);
    this.thread = Thread.ofVirtual().name("log-" + target.id()).unstarted(this::run);
    this.driver = driver;
    this.backlogLimit = backlogLimit;
    this.journal = journal;
    this.progress = new PumpProgress(journal::wake);
    this.checkpoint = new Checkpoint(target.checkpoint());
    this.state = checkpoint.load();
    restore();
  }

  PumpProgress progress() {
    return progress;
  }

  /**
   * Opens the driver's log now rather than when the first output comes, to see what it thinks of
   * the options.
   */
  void openSink() {
    if (sink == null) {
      Optional<String> mark = Optional.of(state.mark()).filter(text -> !text.isEmpty());
      sink = driver.get().open(target.context(), mark);
      if (mark.isEmpty()) {
        // what is written next is dropped, not doubled, when a crash comes before its own mark
        remember(sink.flush());
      }
    }
  }

  void start() {
    thread.start();
  }

  /** Gives up what the driver has not taken; a driver that blocks is interrupted. */
  void abandon() {
    abandoned = true;
    thread.interrupt();
  }

  private void run() {
    boolean complete = false;
    try {
      boolean last = false;
      while (!last) {
        PumpProgress.Order order = progress.order();
        boolean carried = pass(order);
        last = progress.passed(order, carried) || abandoned;
        if (last) {
          complete = carried;
        } else {
          idle(carried);
        }
      }
      if (!complete) {
        log.warn("log of {}: the driver fails, the rest stays in the journal", target.id());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      close();
      whenEnded.run();
      progress.ended(complete);
    }
  }

  private void idle(boolean carried) throws InterruptedException {
    if (!carried) {
      progress.awaitOrder(pause);
      pause = pause.multipliedBy(2);
      pause = pause.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause;
      return;
    }
    pause = FIRST_PAUSE;
    assembler.shrink();
    try {
      journal.awaitMore(state.position(), FOREVER);
      blind = false;
    } catch (IOException e) {
      // The host allows a number of watches: without one, it is looked from time to time.
      if (!blind) {
        log.warn("log of {}: the journal cannot be watched: {}", target.id(), e.toString());
      }
      blind = true;
      progress.awaitOrder(FIRST_PAUSE);
    }
  }

  /**
   * Carries all that is in the journal, and what has no end when no more comes; false when that
   * failed, be it by the driver, the journal or the checkpoint: then the driver is to be opened
   * again at the last mark.
   */
  private boolean pass(PumpProgress.Order order) {
    try {
      openSink();
      carryAll();
      if (order == PumpProgress.Order.FINISH) {
        finishLines();
      }
      return true;
    } catch (IOException | RuntimeException e) {
      failed(e);
      return false;
    }
  }

  private void carryAll() throws IOException {
    do {
      relieve(backlogLimit);
      assembler.clear();
      batchFull = false;
      Journal.Position after = journal.read(state.position(), reader);
      deliver(after);
      progress.carried(lastTime);
      tidyJournal();
    } while (batchFull);
  }

  private final Journal.Reader reader =
      new Journal.Reader() {
        @Override
        public boolean piece(
            Stream stream, long epochNanos, boolean last, ByteBuffer data, Journal.Position after) {
          LogStream to = stream == Stream.STDOUT ? LogStream.STDOUT : LogStream.STDERR;
          assembler.piece(to, epochNanos, last, data);
          lastTime = epochNanos;
          batchFull = assembler.bytes() >= BATCH;
          return !batchFull;
        }

        @Override
        public boolean endOfRun(Journal.Position after) {
          assembler.end();
          return true;
        }
      };

  private void finishLines() throws IOException {
    assembler.clear();
    assembler.end();
    if (!assembler.records().isEmpty()) {
      deliver(state.position());
    }
    progress.carried(lastTime);
  }

  /** Gives the driver what was read, and stores where that leaves us. */
  private void deliver(Journal.Position after) throws IOException {
    LogSink open = sink;
    List<LogRecord> records = assembler.records();
    if (open == null || records.isEmpty() && after.equals(state.position())) {
      return;
    }
    int given = Math.min(state.skip(), records.size());
    int skip = state.skip() - given;
    String mark = state.mark();
    while (given < records.size()) {
      int taken = open.write(records.subList(given, records.size()));
      if (taken < 1 || taken > records.size() - given) {
        throw new IllegalStateException(
            "took " + taken + " of " + (records.size() - given) + " records");
      }
      given += taken;
      mark = open.flush();
      FailPoint.hit("log.flushed");
      if (given < records.size()) {
        store(
            new Checkpoint.State(state.position(), given, mark, state.unfinished(), state.times()));
        // Who follows the log reads on while the rest is written: the driver's files may be small.
        progress.carried(records.get(given - 1).time());
      }
    }
    LineAssembler.Unfinished out = assembler.unfinished(LogStream.STDOUT);
    LineAssembler.Unfinished err = assembler.unfinished(LogStream.STDERR);
    store(
        new Checkpoint.State(
            after,
            skip,
            mark,
            new byte[][] {out.copy(), err.copy()},
            new long[] {out.time(), err.time()}));
  }

  private void remember(String mark) {
    try {
      store(
          new Checkpoint.State(
              state.position(), state.skip(), mark, state.unfinished(), state.times()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void store(Checkpoint.State next) throws IOException {
    checkpoint.store(next);
    state = next;
    FailPoint.hit("log.stored");
  }

  /** Puts the assembler where the stored state is. */
  private void restore() {
    for (LogStream stream : LogStream.values()) {
      int i = stream.ordinal();
      assembler.unfinished(stream).set(state.unfinished()[i].clone(), state.times()[i]);
    }
    assembler.clear();
  }

  private void failed(Exception e) {
    if (pause.equals(FIRST_PAUSE)) {
      log.warn("log of {}: driver {}: {}", target.id(), target.driver(), e.toString(), e);
    }
    closeSink();
    restore();
    try {
      relieve(Math.min(backlogLimit, BACKLOG_OF_FAILING));
    } catch (IOException | RuntimeException second) {
      log.debug("log of {}: the backlog stays", target.id(), second);
    }
  }

  /** Frees what lies before, which nobody needs once the checkpoint on the disk says so too. */
  private void release(Journal.Position before) throws IOException {
    if (before.segment() > released || before.offset() > KEPT) {
      checkpoint.force();
    }
    journal.release(before);
    released = before.segment();
  }

  private void tidyJournal() throws IOException {
    Journal.Position position = state.position();
    if (position.segment() > released) {
      release(position);
    }
    if (position.offset() >= SEGMENT) {
      journal.rotate();
    }
  }

  /** Drops the oldest output when more than the limit waits. */
  private void relieve(long limit) throws IOException {
    if (limit == Long.MAX_VALUE) {
      return;
    }
    // What is before the position's segment has been released.
    long excess = journal.size() - state.position().offset() - limit;
    if (excess <= 0) {
      return;
    }
    long[] dropped = {0};
    Journal.Position after =
        journal.read(
            state.position(),
            new Journal.Reader() {
              @Override
              public boolean piece(
                  Stream stream, long time, boolean last, ByteBuffer data, Journal.Position p) {
                dropped[0] += data.remaining();
                return dropped[0] < excess;
              }

              @Override
              public boolean endOfRun(Journal.Position p) {
                return true;
              }
            });
    Checkpoint.State start = Checkpoint.State.START;
    store(new Checkpoint.State(after, 0, state.mark(), start.unfinished(), start.times()));
    restore();
    tidyJournal();
    log.warn(
        "log of {}: {} bytes of output dropped, driver {} is too slow",
        target.id(),
        dropped[0],
        target.driver());
  }

  private void closeSink() {
    LogSink open = sink;
    sink = null;
    try {
      if (open != null) {
        open.close();
      }
    } catch (RuntimeException e) {
      log.warn("log of {}: close: {}", target.id(), e.toString());
    }
  }

  /** Lets go of everything; the pump has ended, or was never started. */
  void close() {
    closeSink();
    try (checkpoint;
        journal) {
      if (state.position().segment() > 0) {
        release(state.position());
      }
    } catch (IOException e) {
      log.warn("log of {}: close the journal: {}", target.id(), e.toString());
    }
  }

  /** The message a client gets when a container cannot start because of its log. */
  static DriverException cannotStart(RuntimeException e) {
    return new DriverException(
        DriverException.Kind.SYSTEM,
        "failed to create task for container: failed to initialize logging driver: "
            + e.getMessage(),
        e);
  }
}
