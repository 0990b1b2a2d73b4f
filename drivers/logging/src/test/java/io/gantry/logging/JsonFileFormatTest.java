package io.gantry.logging;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogContext;
import io.gantry.plugins.log.LogCursor;
import io.gantry.plugins.log.LogDriver;
import io.gantry.plugins.log.LogQuery;
import io.gantry.plugins.log.LogRecord;
import io.gantry.plugins.log.LogSink;
import io.gantry.plugins.log.LogStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What dockerd 28.5 writes and answers, taken from it. */
class JsonFileFormatTest {

  private static final String ID =
      "624e33ca60af80adc29a38c5dbe25bab3cee4538c3dae79ac4665950e9ef0517";
  private static final long TIME =
      Instant.parse("2026-11-23T20:21:02.62966226Z").getEpochSecond() * 1_000_000_000L
          + 629_662_260L;

  @TempDir Path directory;

  private LogContext context(Map<String, String> options) {
    return new LogContext(
        ID,
        "lg4",
        "sha256:d036ec395ab9",
        "busybox",
        List.of("seq", "1", "100"),
        Instant.EPOCH,
        List.of("X=y", "PATH=/bin"),
        Map.of("a", "1", "b", "<2 3>"),
        "gantry",
        directory,
        options);
  }

  private Path file(String suffix) {
    return directory.resolve(ID + "-json.log" + suffix);
  }

  private void write(Map<String, String> options, LogRecord... records) {
    try (LogDriver driver = new FileLogDriver(new JsonFileLog());
        LogSink sink = driver.open(context(options), Optional.empty())) {
      List<LogRecord> left = List.of(records);
      while (!left.isEmpty()) {
        left = left.subList(sink.write(left), left.size());
        assertThat(sink.flush()).isNotEmpty();
      }
    }
  }

  private static LogRecord entry(LogStream stream, long time, byte[] bytes, boolean partial) {
    return new LogRecord(stream, time, bytes, 0, bytes.length, partial);
  }

  private List<LogRecord> read() {
    List<LogRecord> copies = new ArrayList<>();
    try (LogDriver driver = new FileLogDriver(new JsonFileLog());
        LogCursor cursor = driver.read(context(Map.of()), LogQuery.all())) {
      for (List<LogRecord> next = cursor.next(); !next.isEmpty(); next = cursor.next()) {
        for (LogRecord r : next) {
          copies.add(
              new LogRecord(
                  r.stream(), r.time(), r.bytes(), 0, r.length(), r.partial(), r.attributes()));
        }
      }
    }
    return copies;
  }

  @Test
  void writesDockersLines() throws IOException {
    byte[] odd = "<&>\t\r\033[0m\177\342\200\250\377\303\251".getBytes(ISO_8859_1);
    write(
        Map.of(),
        entry(LogStream.STDOUT, TIME, "a".getBytes(UTF_8), false),
        entry(LogStream.STDERR, TIME + 27_787_666, "foo".getBytes(UTF_8), true),
        entry(LogStream.STDOUT, TIME / 1_000_000_000 * 1_000_000_000, odd, false),
        entry(LogStream.STDOUT, TIME, new byte[0], false));
    assertThat(Files.readString(file("")))
        .isEqualTo(
            """
            {"log":"a\\n","stream":"stdout","time":"2026-11-23T20:21:02.62966226Z"}
            {"log":"foo","stream":"stderr","time":"2026-11-23T20:21:02.657449926Z"}
            {"log":"\\u003c\\u0026\\u003e\\u0009\\r\\u001b[0m\u007f\\u2028\\ufffd\u00e9\\n","stream":"stdout","time":"2026-11-23T20:21:02Z"}
            {"log":"\\n","stream":"stdout","time":"2026-11-23T20:21:02.62966226Z"}
            """);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(""))))
        .isEqualTo("rw-r-----");
  }

  @Test
  void storesLabelsEnvironmentAndTag() throws IOException {
    Map<String, String> options =
        Map.of("labels", "b,a,c", "env-regex", "^X", "tag", "{{.Name}}/{{ .ID }} {{.ImageName}}");
    write(options, entry(LogStream.STDOUT, TIME, "99".getBytes(UTF_8), false));
    assertThat(Files.readString(file("")))
        .isEqualTo(
            "{\"log\":\"99\\n\",\"stream\":\"stdout\",\"attrs\":{\"X\":\"y\",\"a\":\"1\","
                + "\"b\":\"\\u003c2 3\\u003e\",\"tag\":\"lg4/624e33ca60af busybox\"},"
                + "\"time\":\"2026-11-23T20:21:02.62966226Z\"}\n");
    assertThat(read().getFirst().attributes())
        .isEqualTo(Map.of("X", "y", "a", "1", "b", "<2 3>", "tag", "lg4/624e33ca60af busybox"));
  }

  @Test
  void readsAnyBytesBackAsGoWouldHaveWrittenThem() {
    Random random = new Random(3);
    List<LogRecord> records = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(60)];
      random.nextBytes(bytes);
      for (int k = 0; k < bytes.length; k++) {
        bytes[k] = random.nextInt(3) == 0 ? bytes[k] : (byte) ('!' + (bytes[k] & 63));
      }
      records.add(entry(LogStream.STDOUT, TIME + i, bytes, false));
    }
    write(Map.of(), records.toArray(LogRecord[]::new));
    List<LogRecord> back = read();
    assertThat(back).hasSameSizeAs(records);
    for (int i = 0; i < back.size(); i++) {
      assertThat(new String(back.get(i).bytes(), UTF_8)).isEqualTo(asGo(records.get(i).bytes()));
      assertThat(back.get(i).time()).isEqualTo(TIME + i);
      assertThat(back.get(i).partial()).isFalse();
    }
  }

  /**
   * Go replaces each byte that begins no valid character; Java's decoder some runs of bytes by one
   * character.
   */
  private static String asGo(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < bytes.length; ) {
      int size = 1;
      String character = "\ufffd";
      for (int length = 4; length >= 1; length--) {
        if (i + length <= bytes.length) {
          String candidate = new String(bytes, i, length, UTF_8);
          if (candidate.codePointCount(0, candidate.length()) == 1
              && candidate.getBytes(UTF_8).length == length
              && !candidate.equals("\ufffd")) {
            size = length;
            character = candidate;
            break;
          }
        }
      }
      text.append(character);
      i += size;
    }
    return text.toString();
  }

  @Test
  void rotatesAndCompressesAsDocker() throws IOException {
    List<LogRecord> records = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      records.add(entry(LogStream.STDOUT, TIME + i * 1_000_000L, ("" + i).getBytes(UTF_8), false));
    }
    write(
        Map.of("max-size", "1k", "max-file", "3", "compress", "true"),
        records.toArray(LogRecord[]::new));
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(f -> f.getFileName().toString().substring(ID.length())))
          .containsExactlyInAnyOrder("-json.log", "-json.log.1.gz", "-json.log.2.gz");
    }
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file(".1.gz")))) {
      String last = new String(in.readAllBytes(), UTF_8);
      assertThat(last.length()).isBetween(1000, 1100);
      assertThat(Files.readAllBytes(file(".1.gz")))
          .contains(
              ("{\"lastTime\":\""
                      + last.substring(last.lastIndexOf("time\":\"") + 7, last.length() - 3)
                      + "\"}")
                  .getBytes(UTF_8));
    }
    assertThat(read().getLast().bytes()).isEqualTo("100".getBytes(UTF_8));
  }

  @Test
  void withOneFileTheOldOneIsDropped() throws IOException {
    List<LogRecord> records = new ArrayList<>();
    for (int i = 1; i <= 100; i++) {
      records.add(entry(LogStream.STDOUT, TIME + i, ("" + i).getBytes(UTF_8), false));
    }
    write(Map.of("max-size", "1k"), records.toArray(LogRecord[]::new));
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(file(""));
    }
    assertThat(Files.size(file(""))).isLessThan(1100);
    assertThat(read().getLast().bytes()).isEqualTo("100".getBytes(UTF_8));
  }

  @Test
  void passesOverWhatAPowerFailureLeft() throws IOException {
    write(Map.of(), entry(LogStream.STDOUT, TIME, "one".getBytes(UTF_8), false));
    Files.writeString(file(""), "\0\0\0\0\n{\"log\":\"cut o", StandardOpenOption.APPEND);
    write(Map.of(), entry(LogStream.STDOUT, TIME, "two".getBytes(UTF_8), false));
    assertThat(read()).extracting(r -> new String(r.bytes(), UTF_8)).containsExactly("one", "two");
    try (LogDriver driver = new FileLogDriver(new JsonFileLog());
        LogCursor cursor =
            driver.read(
                context(Map.of()),
                new LogQuery(
                    OptionalLong.of(TIME), OptionalLong.empty(), OptionalLong.of(2), true, true))) {
      assertThat(cursor.next()).hasSize(2);
    }
  }

  @Test
  void neverFailsOnDamagedLines() throws IOException {
    Random random = new Random(5);
    String good =
        "{\"log\":\"a\\u00e9\\n\",\"stream\":\"stdout\",\"attrs\":{\"k\":\"v}\\\"\"},"
            + "\"time\":\"2026-11-23T20:21:02.62966226Z\"}\n";
    StringBuilder log = new StringBuilder();
    for (int i = 0; i < 20_000; i++) {
      StringBuilder line = new StringBuilder(good);
      int at = random.nextInt(good.length() - 1);
      switch (random.nextInt(3)) {
        case 0 -> line.setCharAt(at, "\\\"{},x\0".charAt(random.nextInt(7)));
        case 1 -> line.deleteCharAt(at);
        default -> line.setLength(at);
      }
      log.append(line);
      if (line.indexOf("\n", 1) < 0) {
        log.append('\n');
      }
    }
    Files.writeString(file(""), log + good, ISO_8859_1);
    assertThat(read().getLast().bytes()).isEqualTo("a\u00e9".getBytes(UTF_8));
    for (long tail : new long[] {1, 100, 10_000}) {
      try (LogDriver driver = new FileLogDriver(new JsonFileLog());
          LogCursor cursor =
              driver.read(
                  context(Map.of()),
                  new LogQuery(
                      OptionalLong.empty(),
                      OptionalLong.empty(),
                      OptionalLong.of(tail),
                      true,
                      true))) {
        assertThat(cursor.next()).isNotEmpty().hasSizeLessThanOrEqualTo((int) tail);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          max-size=x | invalid size: 'x'
          max-size=0 | max-size must be a positive number
          max-size=1y | invalid suffix: 'y'
          max-file=0 | max-file cannot be less than 1
          max-file=x | strconv.Atoi: parsing "x": invalid syntax
          compress=true | compress cannot be true when max-file is less than 2 or max-size is not set
          compress=maybe | strconv.ParseBool: parsing "maybe": invalid syntax
          tag={{.Foo}} | template: log-tag:1:2: executing "log-tag" at <.Foo>: can't evaluate field Foo in type *logger.Info
          tag={{ | template: log-tag:1: unclosed action
          bla=1 | unknown log opt 'bla' for json-file log driver
          """)
  void refusesWhatDockerRefuses(String option, String message) {
    int equals = option.indexOf('=');
    Map<String, String> options = Map.of(option.substring(0, equals), option.substring(equals + 1));
    try (LogDriver driver = new FileLogDriver(new JsonFileLog())) {
      assertThatThrownBy(() -> driver.open(context(options), Optional.empty()))
          .isInstanceOfSatisfying(
              DriverException.class,
              e -> assertThat(e.kind()).isEqualTo(DriverException.Kind.INVALID))
          .hasMessage(message);
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 10", "1k, 1000", "1.5m, 1500000", "2 GB, 2000000000", "1KiB, 1000", "7b, 7"})
  void readsSizesAsDocker(String text, long bytes) {
    assertThat(HumanSize.parse(text)).isEqualTo(bytes);
  }

  @Test
  void noneKeepsNothing() {
    try (LogDriver driver = new NoneLogDriver()) {
      assertThat(driver.discards()).isTrue();
      assertThatThrownBy(() -> driver.read(context(Map.of()), LogQuery.all()))
          .isInstanceOfSatisfying(
              DriverException.class,
              e -> assertThat(e.kind()).isEqualTo(DriverException.Kind.UNSUPPORTED))
          .hasMessage("configured logging driver does not support reading");
    }
  }
}
