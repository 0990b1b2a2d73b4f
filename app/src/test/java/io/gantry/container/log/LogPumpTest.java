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
    public synchronized int write(List<LogRecord> records) {
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
    LogPump pump = new LogPump(log, driver, backlogLimit, journal);
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
    pump.progress().end(PumpProgress.Order.FINISH);
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
    pump.progress().end(PumpProgress.Order.FINISH);
    driver.dead = false;
    LogPump next = pump(driver, Long.MAX_VALUE);
    next.progress().end(PumpProgress.Order.FINISH);
    assertThat(driver.lines()).isEqualTo(lines(0, 20));
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
    pump.progress().end(PumpProgress.Order.FINISH);
    List<Integer> kept =
        driver.lines().stream().map(line -> Integer.valueOf(line.replace("x", ""))).toList();
    assertThat(kept)
        .hasSizeBetween(500, 600)
        .isEqualTo(IntStream.range(4000 - kept.size(), 4000).boxed().toList());
  }
}
