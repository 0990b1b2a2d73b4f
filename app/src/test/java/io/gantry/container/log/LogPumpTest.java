package io.gantry.container.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogContext;
import io.gantry.plugins.log.LogCursor;
import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogQuery;
import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogSink;
import io.gantry.plugins.runtime.Stream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The pump with drivers that do not behave. */
@Timeout(60)
class LogPumpTest {

  @TempDir Path directory;
  private FileJournal journal;
  private ContainerLog log;

  /**
   * Keeps lines in memory; takes at most three at a time, can go back to a mark, and fails when
   * told to.
   */
  private static final class Moody implements LogDriver, LogSink {

    private final List<String> lines = new ArrayList<>();
    private int failures;
    private int opened;
    private boolean dead;
    private CountDownLatch mayWrite = new CountDownLatch(0);
    private final CountDownLatch blocked = new CountDownLatch(1);

    @Override
    public void validate(Map<String, String> options) {}

    @Override
    public synchronized LogSink open(LogContext context, Optional<String> mark) {
      opened++;
      int keep = mark.map(Integer::parseInt).orElse(0);
      lines.subList(keep, lines.size()).clear();
      return this;
    }

    @Override
    public int write(List<LogRecord> records) {
      try {
        blocked.countDown();
        mayWrite.await();
      } catch (InterruptedException e) {
        throw new DriverException(DriverException.Kind.SYSTEM, "interrupted", e);
      }
      return take(records);
    }

    private synchronized int take(List<LogRecord> records) {
      int taken = Math.min(3, records.size());
      records.subList(0, taken).forEach(r -> lines.add(new String(r.bytes(), UTF_8)));
      if (dead || failures > 0) {
        failures--;
        throw new DriverException(DriverException.Kind.SYSTEM, "the other side is away");
      }
      return taken;
    }

    @Override
    public synchronized String flush() {
      return Integer.toString(lines.size());
    }

    synchronized List<String> lines() {
      return List.copyOf(lines);
    }

    @Override
    public LogCursor read(LogContext context, LogQuery query) {
      throw new DriverException(DriverException.Kind.UNSUPPORTED, "cannot be read");
    }

    @Override
    public void close() {}
  }

  @BeforeEach
  void prepare() {
    journal = new FileJournal(directory.resolve("journal"));
    try (LogFixture fixture = new LogFixture(directory)) {
      log = fixture.log("moody", Map.of());
    }
  }

  private void write(int from, int to) {
    for (int i = from; i < to; i++) {
      journal.write(Stream.STDOUT, i, "line " + i, true);
    }
  }

  private static List<String> lines(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
  }

  private LogPump pump(LogDriver driver, long backlogLimit) throws IOException {
    LogPump pump = new LogPump(log, () -> driver, backlogLimit, journal, ended -> {});
    pump.start();
    return pump;
  }

  @Test
  void aDriverThatFailsGetsTheSameLinesAgainOnce() throws Exception {
    Moody driver = new Moody();
    write(0, 10);
    LogPump pump = pump(driver, Long.MAX_VALUE);
    pump.progress().catchUp();
    driver.failures = 2;
    write(10, 20);
    long version = pump.progress().version();
    while (driver.lines().size() < 20) {
      pump.progress().awaitChange(version, 100_000_000L, () -> false);
      version = pump.progress().version();
    }
    pump.progress().end(PumpProgress.Order.FINISH).join();
    assertThat(driver.lines()).isEqualTo(lines(0, 20));
    assertThat(driver.opened).isEqualTo(3);
  }

  @Test
  void whatADeadDriverDoesNotTakeStaysForTheNextDaemon() throws Exception {
    Moody driver = new Moody();
    LogPump pump = pump(driver, Long.MAX_VALUE);
    write(0, 10);
    pump.progress().catchUp();
    driver.dead = true;
    write(10, 20);
    pump.progress().catchUp();
    pump.progress().end(PumpProgress.Order.FINISH).join();
    driver.dead = false;
    LogPump next = pump(driver, Long.MAX_VALUE);
    next.progress().end(PumpProgress.Order.FINISH).join();
    assertThat(driver.lines()).isEqualTo(lines(0, 20));
  }

  @Test
  void aHostThatIsShortOfSomethingForAWhileEndsNoLog() throws Exception {
    Moody driver = new Moody();
    journal.failures = 3;
    LogPump pump = pump(driver, Long.MAX_VALUE);
    write(0, 10);
    awaitLines(driver, 10);
    journal.failures = 2;
    write(10, 20);
    awaitLines(driver, 20);
    assertThat(pump.progress().end(PumpProgress.Order.FINISH).join()).isTrue();
    assertThat(driver.lines()).isEqualTo(lines(0, 20));
  }

  private static void awaitLines(Moody driver, int count) throws InterruptedException {
    while (driver.lines().size() < count) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  @Test
  void aDriverThatIsMissingForAWhileGetsEverything() throws Exception {
    Moody driver = new Moody();
    AtomicInteger asked = new AtomicInteger();
    write(0, 10);
    LogPump pump =
        new LogPump(
            log,
            () -> {
              if (asked.getAndIncrement() < 2) {
                throw new DriverException(DriverException.Kind.INVALID, "no such driver");
              }
              return driver;
            },
            Long.MAX_VALUE,
            journal,
            ended -> {});
    pump.start();
    awaitLines(driver, 10);
    assertThat(pump.progress().end(PumpProgress.Order.FINISH).join()).isTrue();
    assertThat(driver.lines()).isEqualTo(lines(0, 10));
  }

  @Test
  void theNextRunGoesOnWithALogThatDoesNotComeToItsEnd() throws Exception {
    Moody driver = new Moody();
    driver.mayWrite = new CountDownLatch(1);
    write(0, 10);
    LogPump pump = new LogPump(log, () -> driver, Long.MAX_VALUE, journal, ended -> {});
    CompletableFuture<Boolean> end = pump.progress().end(PumpProgress.Order.FINISH);
    pump.start(); // with the order to finish
    driver.blocked.await();
    assertThat(end).isNotDone();
    assertThat(pump.progress().goOn()).isTrue();
    journal.endRun();
    write(10, 20);
    // the next run ends too before the driver takes anything
    var _ = pump.progress().end(PumpProgress.Order.FINISH);
    driver.mayWrite.countDown();
    assertThat(end.join()).isTrue();
    assertThat(pump.progress().goOn()).isFalse();
    assertThat(driver.lines()).isEqualTo(lines(0, 20));
  }

  @Test
  void aLogIsGivenUpThoughItsDriverBlocks() throws Exception {
    Moody driver = new Moody();
    driver.mayWrite = new CountDownLatch(1);
    LogPump pump = pump(driver, Long.MAX_VALUE);
    write(0, 10);
    CompletableFuture<Boolean> end = pump.progress().end(PumpProgress.Order.FINISH);
    pump.abandon();
    assertThat(end.join()).isFalse();
  }

  @Test
  void aBacklogOverTheLimitLosesItsOldestPart() throws Exception {
    long mebibyte = 1L << 20;
    String big = "x".repeat(8000);
    for (int i = 0; i < 4000; i++) {
      journal.write(Stream.STDOUT, i, i + big, true);
    }
    Moody driver = new Moody();
    LogPump pump = pump(driver, 4 * mebibyte);
    pump.progress().end(PumpProgress.Order.FINISH).join();
    List<Integer> kept =
        driver.lines().stream().map(line -> Integer.valueOf(line.replace("x", ""))).toList();
    assertThat(kept)
        .hasSizeBetween(500, 600)
        .isEqualTo(IntStream.range(4000 - kept.size(), 4000).boxed().toList());
  }
}
