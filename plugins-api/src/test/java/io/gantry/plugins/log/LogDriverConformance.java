package io.gantry.plugins.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.plugins.DriverException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The contract of a log driver that can be read back and can go back to a mark. Extend it, make the
 * driver, and all of it runs against yours. A driver that keeps invalid UTF-8 as it is may well do
 * so; the suite only writes valid text.
 */
public abstract class LogDriverConformance {

  private static final long BASE = 1_790_000_000_000_000_000L;
  private static final long SECOND = 1_000_000_000L;

  @TempDir Path directory;
  private LogDriver driver;

  /** A fresh driver. */
  protected abstract LogDriver openDriver();

  /** Its name, as it appears in messages. */
  protected abstract String driverName();

  /**
   * Options that make it keep several small files, if it can; each must hold less than 4 KiB of
   * lines, all together at least 100 KiB.
   */
  protected abstract Map<String, String> rotatingOptions();

  @BeforeEach
  void open() {
    driver = openDriver();
  }

  @AfterEach
  void close() {
    driver.close();
  }

  protected LogContext context(Map<String, String> options) {
    return new LogContext(
        "0123456789abcdef".repeat(4),
        "box",
        "sha256:" + "ab".repeat(32),
        "busybox:latest",
        List.of("sh", "-c", "true"),
        Instant.EPOCH,
        List.of("A=1", "B=2"),
        Map.of("x", "y"),
        "gantry",
        directory,
        options);
  }

  private static LogRecord line(LogStream stream, long time, String text) {
    return piece(stream, time, text, false);
  }

  private static LogRecord piece(LogStream stream, long time, String text, boolean partial) {
    byte[] bytes = ("#" + text + "#").getBytes(UTF_8);
    return new LogRecord(stream, time, bytes, 1, bytes.length - 2, partial);
  }

  private static List<LogRecord> lines(int from, int to) {
    List<LogRecord> lines = new ArrayList<>();
    for (int i = from; i < to; i++) {
      LogStream stream = i % 3 == 2 ? LogStream.STDERR : LogStream.STDOUT;
      lines.add(line(stream, BASE + i * SECOND, "line " + i));
    }
    return lines;
  }

  /** Writes as the engine does; returns the last mark. */
  private static String write(LogSink sink, List<LogRecord> records) {
    int given = 0;
    String mark = "";
    while (given < records.size()) {
      int taken = sink.write(records.subList(given, records.size()));
      assertThat(taken).isBetween(1, records.size() - given);
      given += taken;
      mark = sink.flush();
      assertThat(mark).hasSizeLessThanOrEqualTo(256).isPrintable();
    }
    return mark;
  }

  private static List<String> texts(LogCursor cursor) {
    List<String> texts = new ArrayList<>();
    for (List<LogRecord> next = cursor.next(); !next.isEmpty(); next = cursor.next()) {
      next.forEach(r -> texts.add(new String(r.bytes(), UTF_8) + (r.partial() ? "+" : "")));
    }
    return texts;
  }

  private List<String> read(LogContext context, LogQuery query) {
    try (LogCursor cursor = driver.read(context, query)) {
      return texts(cursor);
    }
  }

  private static List<String> expected(int from, int to) {
    return lines(from, to).stream().map(r -> new String(r.bytes(), UTF_8)).toList();
  }

  private static LogQuery query(long since, long until, long tail) {
    return new LogQuery(
        since < 0 ? OptionalLong.empty() : OptionalLong.of(BASE + since * SECOND),
        until < 0 ? OptionalLong.empty() : OptionalLong.of(BASE + until * SECOND),
        tail < 0 ? OptionalLong.empty() : OptionalLong.of(tail),
        true,
        true);
  }

  @Test
  void refusesAnUnknownOptionByName() {
    assertThatThrownBy(() -> driver.validate(Map.of("no-such-option", "1")))
        .isInstanceOfSatisfying(
            DriverException.class,
            e -> assertThat(e.kind()).isEqualTo(DriverException.Kind.INVALID))
        .hasMessageMatching("unknown log opt 'no-such-option' for .*\\b" + driverName() + "\\b.*");
  }

  @Test
  void acceptsItsOwnOptions() {
    driver.validate(rotatingOptions());
    driver.validate(Map.of());
  }

  @Test
  void readsAnEmptyLog() {
    assertThat(read(context(Map.of()), LogQuery.all())).isEmpty();
    try (LogSink sink = driver.open(context(Map.of()), Optional.empty())) {
      assertThat(read(context(Map.of()), LogQuery.all())).isEmpty();
      assertThat(sink.flush()).isNotNull();
    }
    assertThat(read(context(Map.of()), query(-1, -1, 10))).isEmpty();
  }

  @Test
  void returnsWhatWasFlushedWithStreamTimeAndBytes() {
    String odd = "\u0000\u0001\t\r\u001b[0m \"quoted\\\" <&> \u007f é 漢 😀 \u2028 \\n \\";
    try (LogSink sink = driver.open(context(Map.of()), Optional.empty())) {
      write(
          sink,
          List.of(
              line(LogStream.STDOUT, BASE + 1, odd),
              line(LogStream.STDERR, BASE + 20, ""),
              line(LogStream.STDOUT, BASE + 300, "\n inside \n")));
      try (LogCursor cursor = driver.read(context(Map.of()), LogQuery.all())) {
        List<LogRecord> records = cursor.next();
        assertThat(records).hasSize(3);
        assertThat(new String(records.get(0).bytes(), UTF_8)).isEqualTo(odd);
        assertThat(records.get(0).time()).isEqualTo(BASE + 1);
        assertThat(records.get(0).stream()).isEqualTo(LogStream.STDOUT);
        assertThat(records.get(1).bytes()).isEmpty();
        assertThat(records.get(1).stream()).isEqualTo(LogStream.STDERR);
        assertThat(records.get(1).time()).isEqualTo(BASE + 20);
        assertThat(new String(records.get(2).bytes(), UTF_8)).isEqualTo("\n inside \n");
        assertThat(records).noneMatch(LogRecord::partial);
        assertThat(cursor.next()).isEmpty();
      }
    }
  }

  @Test
  void keepsPiecesOfLongLines() {
    String piece = "é".repeat(LogRecord.MAX_BYTES / 2);
    try (LogSink sink = driver.open(context(Map.of()), Optional.empty())) {
      write(
          sink,
          List.of(
              piece(LogStream.STDOUT, BASE, piece, true),
              piece(LogStream.STDOUT, BASE, piece, true),
              piece(LogStream.STDOUT, BASE, "end", false),
              piece(LogStream.STDOUT, BASE, "unfinished", true)));
    }
    assertThat(read(context(Map.of()), LogQuery.all()))
        .containsExactly(piece + "+", piece + "+", "end", "unfinished+");
    assertThat(read(context(Map.of()), query(-1, -1, 2)))
        .containsExactly(piece + "+", piece + "+", "end", "unfinished+");
    assertThat(read(context(Map.of()), query(-1, -1, 1))).containsExactly("unfinished+");
  }

  @Test
  void selectsByTimeTailAndStream() {
    LogContext context = context(Map.of());
    try (LogSink sink = driver.open(context, Optional.empty())) {
      write(sink, lines(0, 5000));
    }
    assertThat(read(context, query(4990, -1, -1))).isEqualTo(expected(4990, 5000));
    assertThat(read(context, query(-1, 10, -1))).isEqualTo(expected(0, 11));
    assertThat(read(context, query(2000, 2003, -1))).isEqualTo(expected(2000, 2004));
    assertThat(read(context, query(-1, -1, 7))).isEqualTo(expected(4993, 5000));
    assertThat(read(context, query(-1, -1, 0))).isEmpty();
    assertThat(read(context, query(-1, -1, 100_000))).isEqualTo(expected(0, 5000));
    assertThat(read(context, query(-1, 3000, 3))).isEmpty();
    assertThat(read(context, query(-1, 4998, 3))).isEqualTo(expected(4997, 4999));
    assertThat(read(context, query(4999, -1, 3))).isEqualTo(expected(4999, 5000));
    assertThat(read(context, query(9999, -1, -1))).isEmpty();
    assertThat(
            read(
                context,
                new LogQuery(
                    OptionalLong.empty(), OptionalLong.empty(), OptionalLong.of(6), false, true)))
        .containsExactly("line 4994", "line 4997");
  }

  @Test
  void followsAcrossRotation() {
    LogContext context = context(rotatingOptions());
    try (LogSink sink = driver.open(context, Optional.empty())) {
      write(sink, lines(0, 10));
      try (LogCursor all = driver.read(context, LogQuery.all());
          LogCursor none = driver.read(context, query(-1, -1, 0))) {
        List<String> seen = new ArrayList<>(texts(all));
        List<String> fresh = new ArrayList<>(texts(none));
        for (int i = 10; i < 3000; i += 100) {
          write(sink, lines(i, Math.min(i + 100, 3000)));
          if (i % 300 == 10) {
            seen.addAll(texts(all));
            fresh.addAll(texts(none));
          }
        }
        seen.addAll(texts(all));
        fresh.addAll(texts(none));
        assertThat(seen).isEqualTo(expected(0, 3000));
        assertThat(fresh).isEqualTo(expected(10, 3000));
      }
    }
  }

  @Test
  void readsOverAllFiles() {
    LogContext context = context(rotatingOptions());
    try (LogSink sink = driver.open(context, Optional.empty())) {
      for (int i = 0; i < 400; i += 50) {
        write(sink, lines(i, i + 50));
      }
    }
    assertThat(read(context, LogQuery.all())).isEqualTo(expected(0, 400));
    for (int tail : new int[] {1, 50, 130, 399, 400, 500}) {
      assertThat(read(context, query(-1, -1, tail)))
          .isEqualTo(expected(Math.max(0, 400 - tail), 400));
    }
    for (int since : new int[] {0, 1, 77, 200, 399}) {
      assertThat(read(context, query(since, -1, -1))).isEqualTo(expected(since, 400));
      assertThat(read(context, query(-1, since, 20)))
          .isEqualTo(since < 380 ? List.of() : expected(380, since + 1));
    }
  }

  @Test
  void goesOnAfterAReopen() {
    LogContext context = context(rotatingOptions());
    String mark = "";
    for (int run = 0; run < 5; run++) {
      try (LogSink sink = driver.open(context, Optional.of(mark).filter(text -> !text.isEmpty()))) {
        mark = write(sink, lines(run * 60, run * 60 + 60));
      }
    }
    assertThat(read(context, LogQuery.all())).isEqualTo(expected(0, 300));
  }

  /**
   * The daemon is killed at any point between two marks, and what came after the stored one is
   * given again.
   */
  @Test
  void dropsWhatCameAfterTheMark() {
    Random random = new Random(7);
    LogContext context = context(rotatingOptions());
    String stored = "";
    int done = 0;
    while (done < 1500) {
      LogDriver life = openDriver();
      LogSink sink = life.open(context, Optional.of(stored).filter(text -> !text.isEmpty()));
      int batches = random.nextInt(4);
      for (int i = 0; i < batches; i++) {
        List<LogRecord> batch = lines(done, done + 1 + random.nextInt(60));
        int given = 0;
        while (given < batch.size()) {
          given += sink.write(batch.subList(given, batch.size()));
          stored = sink.flush();
        }
        done += batch.size();
      }
      // Taken but the mark not stored: the sink is never closed, as by SIGKILL.
      int taken = sink.write(lines(done, done + 1 + random.nextInt(60)));
      assertThat(taken).isPositive();
      if (random.nextBoolean()) {
        assertThat(sink.flush()).isNotNull();
      }
      life.close();
    }
    try (LogSink sink = driver.open(context, Optional.of(stored))) {
      write(sink, lines(done, done + 1));
    }
    List<String> all = read(context, LogQuery.all());
    assertThat(all).isEqualTo(expected(done + 1 - all.size(), done + 1)).hasSizeGreaterThan(300);
  }

  @Test
  void logsDoNotMix() throws Exception {
    LogContext one = context(Map.of());
    LogContext other =
        new LogContext(
            "f".repeat(64),
            "other",
            one.imageId(),
            one.imageName(),
            one.command(),
            one.created(),
            one.environment(),
            one.labels(),
            one.daemonName(),
            Files.createDirectory(directory.resolve("other")),
            Map.of());
    try (LogSink a = driver.open(one, Optional.empty());
        LogSink b = driver.open(other, Optional.empty())) {
      write(a, lines(0, 3));
      write(b, lines(10, 12));
      assertThat(read(one, LogQuery.all())).isEqualTo(expected(0, 3));
      assertThat(read(other, LogQuery.all())).isEqualTo(expected(10, 12));
    }
  }
}
