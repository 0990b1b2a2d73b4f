package io.gantry.container.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.plugins.FailPoint;
import io.gantry.plugins.runtime.Stream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A daemon killed while it carries output, at the places between the driver and the checkpoint,
 * again and again: no line is lost, none is there twice.
 */
@Timeout(300)
class LogPumpKillTest {

  private static final int KILLED = FailPoint.EXIT_STATUS;
  private static final int LINES = 60_000;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"20k", "100m"})
  void losesAndDoublesNothing(String maxSize) throws Exception {
    Random random = new Random(11);
    StringBuilder expected = new StringBuilder();
    FileJournal journal = new FileJournal(directory.resolve("journal"));
    for (int i = 0; i < LINES; i++) {
      String line = i + " " + "x".repeat(random.nextInt(120));
      int cut = random.nextInt(line.length());
      boolean pieces = i % 5 == 0;
      if (pieces) {
        journal.write(Stream.STDOUT, i, line.substring(0, cut), false);
        journal.write(Stream.STDERR, i, "e" + i, true);
        expected.append('e').append(i).append('\n');
      }
      journal.write(Stream.STDOUT, i, pieces ? line.substring(cut) : line, true);
      expected.append(line).append('\n');
    }
    journal.endRun();
    int kills = 0;
    int exit;
    do {
      String place = random.nextBoolean() ? "log.flushed" : "log.stored";
      exit = run(place + ":" + (1 + random.nextInt(maxSize.equals("20k") ? 60 : 4)), maxSize);
      assertThat(exit).isIn(0, KILLED);
      kills += exit == KILLED ? 1 : 0;
    } while (exit == KILLED && kills < 8);
    assertThat(kills).isPositive();
    assertThat(run("none", maxSize)).isZero();
    try (LogFixture fixture = new LogFixture(directory)) {
      ContainerLog log = fixture.log("json-file", Map.of("max-size", maxSize, "max-file", "10000"));
      assertThat(fixture.read(log, LogFixture.ALL)).isEqualTo(expected.toString());
    }
  }

  private int run(String failPoint, String maxSize) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dgantry.failpoint=" + failPoint,
            "-cp",
            System.getProperty("java.class.path"),
            KilledPump.class.getName(),
            directory.toString(),
            maxSize);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("output").toFile())
            .start();
    return process.waitFor();
  }
}
