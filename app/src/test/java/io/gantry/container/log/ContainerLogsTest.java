package io.gantry.container.log;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.log.LogDriverFactory;
import io.gantry.plugins.runtime.Stream;
import java.io.ByteArrayOutputStream;
import java.io.FilterOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ContainerLogsTest {

  private static final long TIME = 1_790_000_000_123_456_789L;

  @TempDir Path directory;
  private LogFixture fixture;
  private FileJournal journal;
  private ContainerLog log;

  @BeforeEach
  void open() {
    fixture = new LogFixture(directory);
    journal = new FileJournal(directory.resolve("journal"));
    log = fixture.log("json-file", Map.of());
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void readsWhatWasWrittenUpToTheRequest() throws Exception {
    fixture.logs.start(log, journal);
    for (int i = 0; i < 200; i++) {
      journal.write(Stream.STDOUT, TIME + i, "line " + i, true);
      assertThat(fixture.read(log, LogFixture.request(false, 1))).isEqualTo("line " + i + "\n");
    }
    assertThat(fixture.read(log, LogFixture.ALL)).hasLineCount(200);
    fixture.logs.finish(log.id()).join();
    assertThat(fixture.read(log, LogFixture.ALL)).hasLineCount(200);
  }

  @Test
  void joinsPiecesAndKeepsAnUnfinishedLineBack() throws Exception {
    fixture.logs.start(log, journal);
    String line = "é".repeat(25_000);
    for (int i = 0; i < line.length(); i += 3000) {
      int end = Math.min(i + 3000, line.length());
      journal.write(Stream.STDOUT, TIME + i, line.substring(i, end), false);
      if (i == 6000) {
        journal.write(Stream.STDERR, TIME + i, "between", true);
      }
    }
    journal.write(Stream.STDOUT, TIME, "", true);
    journal.write(Stream.STDERR, TIME, "prompt> ", false);
    LogRequest stdout =
        new LogRequest(
            true,
            false,
            false,
            false,
            false,
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());
    assertThat(fixture.read(log, stdout)).isEqualTo(line + "\n");
    assertThat(fixture.read(log, LogFixture.ALL)).contains("between\n").doesNotContain("prompt");
    try (java.util.stream.Stream<String> file = Files.lines(fixture.logs.path(log).orElseThrow())) {
      assertThat(file.filter(piece -> piece.contains("\u00e9")))
          .hasSize(4)
          .allMatch(piece -> !piece.contains("ufffd"));
    }
    fixture.logs.finish(log.id()).join();
    assertThat(fixture.read(log, LogFixture.request(false, 1))).isEqualTo("prompt> ");
  }

  @Test
  void followEndsAfterAllOutputOfAnEndedContainer() throws Exception {
    fixture.logs.start(log, journal);
    List<CompletableFuture<String>> followers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      followers.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return fixture.read(log, LogFixture.request(true, -1));
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              },
              task -> Thread.ofVirtual().start(task)));
    }
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 30_000; i++) {
      String line = "number " + i;
      journal.write(Stream.STDOUT, TIME + i, line, true);
      expected.append(line).append('\n');
    }
    fixture.logs.finish(log.id()).join();
    for (CompletableFuture<String> follower : followers) {
      assertThat(follower.get(30, TimeUnit.SECONDS)).isEqualTo(expected.toString());
    }
  }

  @Test
  void followStartsWithTheTailAndEndsWhenClosed() throws Exception {
    fixture.logs.start(log, journal);
    journal.write(Stream.STDOUT, TIME, "old", true);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CompletableFuture<Boolean> seen = new CompletableFuture<>();
    LogReading reading = fixture.logs.read(log, LogFixture.request(true, 0));
    Thread reader =
        Thread.ofVirtual()
            .start(
                () -> {
                  try {
                    reading.copyTo(
                        new FilterOutputStream(out) {
                          @Override
                          public void flush() {
                            seen.complete(true);
                          }
                        },
                        false);
                  } catch (Exception e) {
                    seen.completeExceptionally(e);
                  }
                });
    journal.write(Stream.STDOUT, TIME + 1, "new", true);
    assertThat(seen.get(10, TimeUnit.SECONDS)).isTrue();
    reading.close();
    assertThat(reader.join(Duration.ofSeconds(10))).isTrue();
    assertThat(out.toString(UTF_8)).isEqualTo("new\n");
  }

  @Test
  void framesTimesAndDetails() throws Exception {
    ContainerLog labelled = fixture.log("json-file", Map.of("labels", "lab", "tag", "a b"));
    fixture.logs.start(labelled, journal);
    journal.write(Stream.STDOUT, 1_790_000_000_000_000_000L, "out", true);
    journal.write(Stream.STDERR, 1_790_000_000_100_000_000L, "z".repeat(20_000), true);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    LogRequest request =
        new LogRequest(
            true,
            true,
            false,
            true,
            true,
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());
    try (LogReading reading = fixture.logs.read(labelled, request)) {
      reading.copyTo(out, true);
    }
    String first = "2026-09-21T14:13:20.000000000Z lab=val,tag=a+b out\n";
    String second = "2026-09-21T14:13:20.100000000Z lab=val,tag=a+b " + "z".repeat(16_384);
    ByteArrayOutputStream expected = new ByteArrayOutputStream();
    expected.writeBytes(frame(1, first));
    expected.writeBytes(frame(2, second));
    expected.writeBytes(frame(2, "z".repeat(20_000 - 16_384) + "\n"));
    assertThat(out.toByteArray()).isEqualTo(expected.toByteArray());
  }

  private static byte[] frame(int stream, String text) {
    return ByteBuffer.allocate(8 + text.length())
        .putInt(stream << 24)
        .putInt(text.length())
        .put(text.getBytes(UTF_8))
        .array();
  }

  @Test
  void goesOnWhereTheDaemonStopped() throws Exception {
    StringBuilder expected = new StringBuilder();
    for (int life = 0; life < 5; life++) {
      try (LogFixture next = new LogFixture(directory)) {
        FileJournal same = new FileJournal(directory.resolve("journal"));
        next.logs.resume(log, same);
        for (int i = 0; i < 50; i++) {
          same.write(Stream.STDOUT, TIME + i, life + "." + i, true);
          expected.append(life).append('.').append(i).append('\n');
        }
        same.write(Stream.STDERR, TIME, "un" + life, false);
      }
      new FileJournal(directory.resolve("journal")).write(Stream.STDERR, TIME, "!", true);
      expected.append("un").append(life).append("!\n");
    }
    fixture.logs.resume(log, journal);
    fixture.logs.finish(log.id()).join();
    assertThat(fixture.read(log, LogFixture.ALL)).isEqualTo(expected.toString());
  }

  @Test
  void freesTheJournal() throws Exception {
    fixture.logs.start(log, journal);
    String line = "x".repeat(8000);
    for (int i = 0; i < 5000; i++) {
      journal.write(Stream.STDOUT, TIME + i, line, true);
      if (i % 500 == 0) {
        assertThat(fixture.read(log, LogFixture.request(false, 1))).isEqualTo(line + "\n");
      }
    }
    fixture.logs.finish(log.id()).join();
    assertThat(journal.rotations()).isPositive();
    assertThat(journal.releasedSegment()).isGreaterThan(1);
  }

  @Test
  void saysWhatDockerSays() {
    assertThatThrownBy(() -> fixture.logs.validate("nope", Map.of()))
        .hasMessage("error looking up logging plugin nope: plugin \"nope\" not found")
        .isInstanceOfSatisfying(
            DriverException.class,
            e -> assertThat(e.kind()).isEqualTo(DriverException.Kind.INVALID));
    assertThatThrownBy(() -> fixture.logs.validate("json-file", Map.of("bla", "1")))
        .hasMessage("unknown log opt 'bla' for json-file log driver");
    assertThatThrownBy(() -> fixture.logs.validate("json-file", Map.of("mode", "foo")))
        .hasMessage("logger: logging mode not supported: foo");
    assertThatThrownBy(() -> fixture.logs.validate("json-file", Map.of("max-buffer-size", "1m")))
        .hasMessage("logger: max-buffer-size option is only supported with 'mode=non-blocking'");
    Map<String, String> wrong = Map.of("mode", "non-blocking", "max-buffer-size", "x");
    assertThatThrownBy(() -> fixture.logs.validate("json-file", wrong))
        .hasMessage("error parsing option max-buffer-size: invalid size: 'x'");
    fixture.logs.validate("none", Map.of("a", "b"));
    fixture.logs.validate(
        "json-file", Map.of("mode", "non-blocking", "max-buffer-size", "4m", "max-size", "1m"));
    assertThat(fixture.logs.discards("none")).isTrue();
    ContainerLog none = fixture.log("none", Map.of());
    assertThatThrownBy(() -> fixture.logs.read(none, LogFixture.ALL))
        .hasMessage("configured logging driver does not support reading");
    ContainerLog bad = fixture.log("json-file", Map.of("max-file", "0"));
    assertThatThrownBy(() -> fixture.logs.start(bad, journal))
        .hasMessage(
            "failed to create task for container: failed to initialize logging driver: "
                + "max-file cannot be less than 1");
    assertThat(fixture.drivers.names(LogDriverFactory.class)).contains("json-file", "none");
  }
}
