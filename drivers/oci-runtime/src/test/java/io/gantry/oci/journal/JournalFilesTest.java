package io.gantry.oci.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.inotify.Inotify;
import io.gantry.linux.poll.Poller;
import io.gantry.plugins.runtime.Journal;
import io.gantry.plugins.runtime.Journal.Position;
import io.gantry.plugins.runtime.Stream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Journals as a crash, a power cut or an unfinished rotation leaves them. The writer here is the
 * test.
 */
@SuppressWarnings("NullAway.Init")
class JournalFilesTest {

  private static final String STAMP = "2026-02-28T23:59:59.000000001+00:00 ";

  @TempDir Path directory;
  private Poller poller;
  private Inotify inotify;
  private Journal journal;
  private boolean monitorLives = true;

  @BeforeEach
  void open() throws IOException {
    poller = Poller.open("test-poll");
    inotify = Inotify.open(poller);
    journal = reader();
  }

  @AfterEach
  void close() {
    journal.close();
    inotify.close();
    poller.close();
  }

  private Journal reader() {
    return new JournalFiles(
        directory,
        inotify,
        new JournalFiles.Writer() {
          @Override
          public boolean lives() {
            return monitorLives;
          }

          @Override
          public boolean reopen() throws IOException {
            if (monitorLives) {
              Files.createFile(directory.resolve("journal"));
            }
            return monitorLives;
          }
        });
  }

  private void write(String text) throws IOException {
    Files.writeString(
        directory.resolve("journal"), text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private void line(String text) throws IOException {
    write(STAMP + "stdout F " + text + "\n");
  }

  private record Piece(Stream stream, long nanos, boolean last, String text) {}

  private static final class Kept implements Journal.Reader {
    final List<Piece> pieces = new ArrayList<>();
    int ends;

    @Override
    public boolean piece(
        Stream stream, long epochNanos, boolean last, ByteBuffer data, Position after) {
      pieces.add(
          new Piece(stream, epochNanos, last, StandardCharsets.UTF_8.decode(data).toString()));
      return true;
    }

    @Override
    public boolean endOfRun(Position after) {
      ends++;
      return true;
    }

    List<String> texts() {
      return pieces.stream().map(Piece::text).toList();
    }
  }

  @Test
  void stampsAreReadInAnyZone() throws Exception {
    write("2026-02-28T23:59:59.000000001+00:00 stdout F a\n");
    write("2026-03-01T01:29:59.000000001+01:30 stderr P b\n");
    write("2024-02-29T12:00:00.123456789-08:00 stdout F \n");
    Kept kept = new Kept();
    var _ = journal.read(Position.START, kept);
    Instant first = Instant.parse("2026-02-28T23:59:59.000000001Z");
    Instant third = Instant.parse("2024-02-29T20:00:00.123456789Z");
    assertThat(kept.pieces)
        .containsExactly(
            new Piece(Stream.STDOUT, nanos(first), true, "a"),
            new Piece(Stream.STDERR, nanos(first), false, "b"),
            new Piece(Stream.STDOUT, nanos(third), true, ""));
  }

  private static long nanos(Instant instant) {
    return instant.getEpochSecond() * 1_000_000_000L + instant.getNano();
  }

  @Test
  void damageIsLeftOutAndNothingElse() throws Exception {
    line("a");
    write("\0\0\0\0\n");
    write("short\n");
    write("2026-02-28T23:59:59.000000001+00:00 stdwhat F no\n");
    write("x".repeat(300_000) + "\n");
    line("b");
    Kept kept = new Kept();
    var _ = journal.read(Position.START, kept);
    assertThat(kept.texts()).containsExactly("a", "b");
  }

  @Test
  void incompleteLineIsWaitedFor() throws Exception {
    line("a");
    write(STAMP + "stdout F b");
    Kept kept = new Kept();
    Position at = journal.read(Position.START, kept);
    assertThat(kept.texts()).containsExactly("a");
    assertThat(journal.awaitMore(at, Duration.ofMillis(50))).isFalse();
    write("b\n");
    assertThat(journal.awaitMore(at, Duration.ofSeconds(5))).isTrue();
    at = journal.read(at, kept);
    assertThat(kept.texts()).containsExactly("a", "bb");
    assertThat(journal.awaitMore(at, Duration.ofMillis(50))).isFalse();
  }

  @Test
  void waitingReaderIsWokenByAFirstLineAndByRequest() throws Exception {
    CompletableFuture<Boolean> more = await(Position.START);
    assertThat(more).isNotDone();
    line("a");
    assertThat(more.get(10, TimeUnit.SECONDS)).isTrue();
    Kept kept = new Kept();
    Position at = journal.read(Position.START, kept);
    more = await(at);
    journal.wake();
    assertThat(more.get(10, TimeUnit.SECONDS)).isFalse();
    more = await(at);
    line("b");
    assertThat(more.get(10, TimeUnit.SECONDS)).isTrue();
    more = await(journal.read(at, kept));
    journal.close();
    assertThat(more.get(10, TimeUnit.SECONDS)).isFalse();
  }

  private CompletableFuture<Boolean> await(Position at) throws InterruptedException {
    CompletableFuture<Boolean> more = new CompletableFuture<>();
    Thread thread =
        Thread.startVirtualThread(
            () -> {
              try {
                more.complete(journal.awaitMore(at, Duration.ofSeconds(30)));
              } catch (IOException | InterruptedException e) {
                more.completeExceptionally(e);
              }
            });
    while (thread.isAlive() && thread.getState() != Thread.State.TIMED_WAITING) {
      LockSupport.parkNanos(1_000_000);
    }
    return more;
  }

  @Test
  void runsAreTold() throws Exception {
    JournalSegments.endRun(directory);
    assertThat(journal.size()).isZero();
    line("a");
    JournalSegments.endRun(directory);
    JournalSegments.endRun(directory);
    write(STAMP + "stdout F torn");
    JournalSegments.endRun(directory);
    line("b");
    Kept kept = new Kept();
    var _ = journal.read(Position.START, kept);
    assertThat(kept.texts()).containsExactly("a", "torn", "b");
    assertThat(kept.ends).isEqualTo(2);
  }

  @Test
  void positionsOutliveRotationAndRelease() throws Exception {
    line("a");
    Kept kept = new Kept();
    Position afterA = journal.read(Position.START, kept);
    line("b");
    journal.rotate();
    line("c");
    journal.rotate();
    line("d");
    journal.close();

    journal = reader();
    Kept again = new Kept();
    Position end = journal.read(afterA, again);
    assertThat(again.texts()).containsExactly("b", "c", "d");
    journal.release(end);
    assertThat(directory.toFile().list()).containsExactlyInAnyOrder("journal.2", "journal");
    assertThat(Files.size(directory.resolve("journal.2"))).isZero();
    line("e");
    journal.close();

    journal = reader();
    Kept last = new Kept();
    end = journal.read(end, last);
    assertThat(last.texts()).containsExactly("e");
    journal.rotate();
    line("f");
    var _ = journal.read(end, last);
    assertThat(last.texts()).containsExactly("e", "f");
    assertThat(directory.resolve("journal.3")).exists();
  }

  @Test
  void whatAnEndedContainerWroteIsFreed() throws Exception {
    line("a".repeat(100_000));
    Kept kept = new Kept();
    Position at = journal.read(Position.START, kept);
    journal.release(at);
    assertThat(journal.size()).isGreaterThan(100_000);
    monitorLives = false;
    journal.release(at);
    assertThat(journal.size()).isZero();
    assertThat(journal.read(at, kept)).isEqualTo(at);
    JournalSegments.endRun(directory);
    line("b");
    var _ = journal.read(at, kept);
    assertThat(kept.pieces).hasSize(2);
    assertThat(kept.ends).isEqualTo(1);
  }

  @Test
  void rotationWithoutMonitorChangesNothing() throws Exception {
    monitorLives = false;
    line("a");
    journal.rotate();
    assertThat(directory.resolve("journal")).exists();
    assertThat(directory.resolve("journal.1")).doesNotExist();
  }

  @Test
  void unfinishedRotationGoesOn() throws Exception {
    line("a");
    // Renamed, and then the daemon was killed before it told the monitor.
    Files.move(directory.resolve("journal"), directory.resolve("journal.1"));
    Kept kept = new Kept();
    Position at = journal.read(Position.START, kept);
    Files.writeString(
        directory.resolve("journal.1"), STAMP + "stdout F b\n", StandardOpenOption.APPEND);
    assertThat(journal.awaitMore(at, Duration.ofSeconds(5))).isTrue();
    at = journal.read(at, kept);
    journal.release(at);
    JournalSegments.endRun(directory);
    line("c");
    assertThat(journal.awaitMore(at, Duration.ofSeconds(5))).isTrue();
    var _ = journal.read(at, kept);
    assertThat(kept.texts()).containsExactly("a", "b", "c");
    assertThat(kept.ends).isEqualTo(1);
  }
}
