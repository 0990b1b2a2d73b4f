package io.gantry.plugins.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link RuntimeDriver} promises of the record of output. */
@Timeout(120)
public abstract class JournalConformance extends RuntimeDriverFixture {
  @Test
  void journalHasAllOutputOfAllRuns() throws Exception {
    Path directory = Files.createDirectories(scratch.resolve("journal"));
    TestContainer c = container().withJournal(directory);
    run(c.withShell("echo one; echo two >&2; printf 'no end'"));
    awaitExit(c.id());
    run(c.withShell("printf 'a\\000b\\377\\n'; echo three"));
    awaitExit(c.id());
    try (Journal journal = driver.journal(c.id(), directory)) {
      Pieces pieces = new Pieces();
      Journal.Position end = journal.read(Journal.Position.START, pieces);
      assertThat(pieces.lines)
          .containsExactlyInAnyOrder(
              "STDOUT F one",
              "STDERR F two",
              "STDOUT P no end",
              "end of run",
              "STDOUT F a\0b\u00ff",
              "STDOUT F three");
      assertThat(pieces.lines.indexOf("end of run")).isEqualTo(3);
      assertThat(pieces.lastNanos)
          .isCloseTo(
              System.currentTimeMillis() * 1_000_000,
              org.assertj.core.data.Offset.offset(60_000_000_000L));
      assertThat(journal.awaitMore(end, Duration.ofMillis(50))).isFalse();
      assertThat(journal.read(end, pieces)).isEqualTo(end);
    }
  }

  @Test
  void journalIsFollowedAndRotatedWithoutLoss() throws Exception {
    Path directory = Files.createDirectories(scratch.resolve("journal"));
    int lines = 20_000;
    TestContainer c = container().withJournal(directory).withShell("seq 1 " + lines);
    var _ = driver.create(c.spec());
    try (Journal journal = driver.journal(c.id(), directory)) {
      driver.start(c.id());
      Pieces pieces = new Pieces();
      Journal.Position at = Journal.Position.START;
      int rotations = 0;
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (pieces.whole.size() < lines && System.nanoTime() < deadline) {
        var more = journal.awaitMore(at, Duration.ofSeconds(5));
        int before = pieces.lines.size();
        at = journal.read(at, pieces);
        assertThat(more || pieces.lines.size() == before).isTrue();
        if (pieces.whole.size() / 2000 > rotations) {
          rotations++;
          journal.rotate();
          journal.release(at);
        }
      }
      assertThat(rotations).isPositive();
      for (int i = 0; i < lines; i++) {
        assertThat(pieces.whole.get(i)).isEqualTo(Integer.toString(i + 1));
      }
      assertThat(pieces.whole).hasSize(lines);
      awaitExit(c.id());
      journal.release(at);
      Journal.Position last = at;
      try (Journal again = driver.journal(c.id(), directory)) {
        // A segment may have begun after the last line: its beginning is the same place.
        assertThat(again.read(last, pieces)).isGreaterThanOrEqualTo(last);
        assertThat(pieces.whole).hasSize(lines);
      }
    }
  }

  @Test
  void journalReaderStopsWhereItIsTold() throws Exception {
    Path directory = Files.createDirectories(scratch.resolve("journal"));
    TestContainer c = container().withJournal(directory);
    run(c.withShell("seq 1 10"));
    awaitExit(c.id());
    try (Journal journal = driver.journal(c.id(), directory)) {
      Map<String, Journal.Position> after = new HashMap<>();
      Pieces three = new Pieces(3, after);
      Journal.Position at = journal.read(Journal.Position.START, three);
      assertThat(three.lines).containsExactly("STDOUT F 1", "STDOUT F 2", "STDOUT F 3");
      assertThat(after).containsEntry("STDOUT F 3", at);
      assertThat(journal.awaitMore(at, Duration.ofSeconds(10))).isTrue();
      Pieces rest = new Pieces();
      var _ = journal.read(Objects.requireNonNull(after.get("STDOUT F 2")), rest);
      assertThat(rest.lines).hasSize(8).startsWith("STDOUT F 3");
    }
  }

  /** Keeps what it reads, as text. */
  private static final class Pieces implements Journal.Reader {
    final List<String> lines = new ArrayList<>();
    final List<String> whole = new ArrayList<>();
    final Map<String, Journal.Position> after;
    final int limit;
    long lastNanos;
    private String begun = "";

    Pieces() {
      this(Integer.MAX_VALUE, new HashMap<>());
    }

    Pieces(int limit, Map<String, Journal.Position> after) {
      this.limit = limit;
      this.after = after;
    }

    @Override
    public boolean piece(
        Stream stream, long epochNanos, boolean last, ByteBuffer data, Journal.Position position) {
      String text = StandardCharsets.ISO_8859_1.decode(data).toString();
      String line = stream + (last ? " F " : " P ") + text;
      lines.add(line);
      begun += text;
      if (last) {
        whole.add(begun);
        begun = "";
      }
      after.put(line, position);
      lastNanos = epochNanos;
      return lines.size() < limit;
    }

    @Override
    public boolean endOfRun(Journal.Position position) {
      lines.add("end of run");
      return true;
    }
  }
}
