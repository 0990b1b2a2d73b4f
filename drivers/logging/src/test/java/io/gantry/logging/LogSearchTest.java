package io.gantry.logging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.plugins.log.LogContext;
import io.gantry.plugins.log.LogCursor;
import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogQuery;
import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogSink;
import io.gantry.plugins.log.LogStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How much of a log is read to find a place in it, and that it is the right place. */
class LogSearchTest {

  private static final long BASE = 1_790_000_000_000_000_000L;
  private static final long MILLI = 1_000_000L;
  private static final long[] IN_ORDER = {};

  /** 5 GiB of lines, one each millisecond. */
  private static final long LINES = (5L << 30) / MadeUpLog.LINE;

  @TempDir Path directory;

  private static LogSearch search(MadeUpLog log) {
    return new LogSearch(log, new JsonLogDecoder(), log.size());
  }

  private static MadeUpLog fiveGigabytes() {
    return new MadeUpLog(LINES, line -> BASE + line * MILLI);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 10, 1000, 100_000})
  void aTailReadsNoMoreThanItself(long lines) throws Exception {
    MadeUpLog log = fiveGigabytes();
    assertThat(search(log).tail(new TailCounter(lines))).hasValue((LINES - lines) * MadeUpLog.LINE);
    assertThat(log.bytesRead()).isLessThanOrEqualTo(lines * MadeUpLog.LINE * 11 / 10 + 70_000);
  }

  @Test
  void aTimeIsFoundInSomeBlocks() throws Exception {
    Random random = new Random(11);
    for (int i = 0; i < 200; i++) {
      MadeUpLog log = fiveGigabytes();
      long line = random.nextLong(LINES);
      OptionalLong start =
          search(log).since(BASE + line * MILLI - random.nextLong(MILLI), IN_ORDER);
      assertThat(start.orElseThrow())
          .isLessThanOrEqualTo(line * MadeUpLog.LINE)
          .isGreaterThan(line * MadeUpLog.LINE - 70_000);
      assertThat(log.reads()).isLessThan(40);
      assertThat(log.bytesRead()).isLessThan(200_000);
    }
    assertThat(search(fiveGigabytes()).since(BASE + LINES * MILLI, IN_ORDER)).isEmpty();
    assertThat(search(fiveGigabytes()).since(0, IN_ORDER)).hasValue(0);
  }

  /** The clock is set back by half an hour, twice. */
  @Test
  void aTimeThatWasTwiceIsFoundWhereItWasFirst() throws Exception {
    long third = LINES / 3;
    long half = 1_800_000;
    long[] steps = {third * MadeUpLog.LINE, 2 * third * MadeUpLog.LINE};
    for (long shift : new long[] {-half - 1, -half, -half / 2, -1, 0}) {
      MadeUpLog log = new MadeUpLog(LINES, line -> BASE + (line - line / third * 2 * half) * MILLI);
      long line = third + shift;
      OptionalLong start = search(log).since(BASE + line * MILLI, steps);
      long expected = shift < 0 ? line : line + 2 * half;
      assertThat(start.orElseThrow())
          .isLessThanOrEqualTo(expected * MadeUpLog.LINE)
          .isGreaterThan(expected * MadeUpLog.LINE - 70_000);
      assertThat(log.bytesRead()).isLessThan(300_000);
    }
  }

  private LogContext context(Map<String, String> options) {
    return new LogContext(
        "c0".repeat(32),
        "box",
        "sha256:0",
        "busybox",
        List.of("sh"),
        Instant.EPOCH,
        List.of(),
        Map.of(),
        "gantry",
        directory,
        options);
  }

  /** Against a reader that looks at every record, with a clock that jumps as it likes. */
  @ParameterizedTest
  @ValueSource(strings = {"", "40k", "9k"})
  void sinceIsExactHoweverTheClockJumps(String maxSize) throws Exception {
    Map<String, String> options =
        maxSize.isEmpty() ? Map.of() : Map.of("max-size", maxSize, "max-file", "4");
    Random random = new Random(maxSize.hashCode());
    List<Long> times = new ArrayList<>();
    long now = BASE;
    String mark = "";
    for (int life = 0; life < 6; life++) {
      try (LogDriver driver = new FileLogDriver(new JsonFileLog());
          LogSink sink =
              driver.open(context(options), Optional.of(mark).filter(text -> !text.isEmpty()))) {
        for (int i = 0; i < 400; i++) {
          now += random.nextInt(40) == 0 ? -random.nextLong(30 * MILLI) : random.nextLong(MILLI);
          byte[] text = ("line " + times.size() + " ".repeat(random.nextInt(80))).getBytes(UTF_8);
          times.add(now);
          assertThat(
                  sink.write(
                      List.of(new LogRecord(LogStream.STDOUT, now, text, 0, text.length, false))))
              .isEqualTo(1);
          mark = sink.flush();
        }
      }
    }
    try (LogDriver driver = new FileLogDriver(new JsonFileLog())) {
      int first = times.size() - read(driver, options, OptionalLong.empty()).size();
      for (int i = 0; i < 200; i++) {
        long since = BASE + random.nextLong(now + 50 * MILLI - BASE);
        int from = first;
        while (from < times.size() && times.get(from) < since) {
          from++;
        }
        assertThat(read(driver, options, OptionalLong.of(since)))
            .isEqualTo(times.subList(from, times.size()));
      }
    }
    try (var files = Files.list(directory)) {
      assertThat(files.filter(file -> file.toString().endsWith(".steps")))
          .isNotEmpty()
          .allMatch(file -> Files.exists(Path.of(file.toString().replaceFirst("\\.steps$", ""))));
    }
  }

  private List<Long> read(LogDriver driver, Map<String, String> options, OptionalLong since) {
    List<Long> times = new ArrayList<>();
    LogQuery query = new LogQuery(since, OptionalLong.empty(), OptionalLong.empty(), true, true);
    try (LogCursor cursor = driver.read(context(options), query)) {
      for (List<LogRecord> next = cursor.next(); !next.isEmpty(); next = cursor.next()) {
        next.forEach(entry -> times.add(entry.time()));
      }
    }
    return times;
  }
}
