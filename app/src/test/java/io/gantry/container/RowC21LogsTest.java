package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Row C21 of the guide: logs, with each driver that keeps them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC21LogsTest {

  private static RowEngine engine;
  private static EngineClient client;
  private static Containers containers;
  private static ExecutorService background;

  private final String name = "c21-" + HexFormat.of().toHexDigits(new Random().nextInt());
  private final List<String> made = new ArrayList<>();

  @BeforeAll
  static void start() throws Exception {
    background = Executors.newVirtualThreadPerTaskExecutor();
    engine = RowEngine.start("--bridge", "none");
    client = engine.client();
    containers = new Containers(client);
  }

  @AfterAll
  static void end() throws Exception {
    background.shutdownNow();
    engine.close();
  }

  @AfterEach
  void remove() throws IOException {
    for (String id : made) {
      client.delete("/containers/" + id + "?force=1");
    }
  }

  private String create(Map<String, ?> config, Map<String, ?> logConfig, String script)
      throws IOException {
    String id = containers.create(name, config, Map.of("LogConfig", logConfig), "sh", "-c", script);
    made.add(id);
    return id;
  }

  private String run(Map<String, ?> config, Map<String, ?> logConfig, String script)
      throws IOException {
    String id = create(config, logConfig, script);
    client.post("/containers/" + id + "/start").expectOk();
    return id;
  }

  private String ended(Map<String, ?> config, Map<String, ?> logConfig, String script)
      throws IOException {
    String id = run(config, logConfig, script);
    client.post("/containers/" + id + "/wait").expectOk();
    return id;
  }

  private static Map<String, ?> driver(String type, String... options) {
    Map<String, String> config = new HashMap<>();
    for (int i = 0; i < options.length; i += 2) {
      config.put(options[i], options[i + 1]);
    }
    return Map.of("Type", type, "Config", config);
  }

  private static Answer logs(String id, String query) throws IOException {
    return client.get("/containers/" + id + "/logs?" + query);
  }

  private static List<String> lines(String id, String query) throws IOException {
    return Containers.payload(logs(id, query).expectOk().body()).lines().toList();
  }

  /** When this returns, the engine has begun to answer. */
  private static Future<List<String>> follow(String id, String query) throws IOException {
    EngineClient.Stream stream =
        client.open("GET", "/containers/" + id + "/logs?follow=1&" + query, null, null);
    assertThat(stream.status()).isEqualTo(200);
    Callable<List<String>> reading =
        () -> {
          ByteArrayOutputStream frames = new ByteArrayOutputStream();
          try (stream) {
            for (byte[] data = stream.chunk(); data.length > 0; data = stream.chunk()) {
              frames.writeBytes(data);
            }
          }
          return Containers.payload(frames.toByteArray()).lines().toList();
        };
    return background.submit(reading);
  }

  private static List<String> numbered(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "line " + i).toList();
  }

  private static Instant time(String line) {
    return Instant.parse(line.substring(0, line.indexOf(' ')));
  }

  /** The time a line was written at, as the API takes it. */
  private static String stamp(String line) {
    return stamp(time(line));
  }

  private static String stamp(Instant time) {
    return "%d.%09d".formatted(time.getEpochSecond(), time.getNano());
  }

  /** Of stdout; the tail is that of the whole log, not of what the times leave of it. */
  private static List<String> selected(List<String> all, Instant since, Instant until, int tail) {
    return all.subList(Math.max(0, all.size() - tail), all.size()).stream()
        .dropWhile(line -> time(line).isBefore(since))
        .takeWhile(line -> !time(line).isAfter(until))
        .map(line -> line.substring(line.indexOf(' ') + 1))
        .filter(line -> !line.equals("wrong"))
        .toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"json-file", "local"})
  void selectsLines(String type) throws Exception {
    String script =
        "for i in 0 1 2 3 4 5 6 7 8 9; do echo line $i; usleep 3000; done;"
            + " echo wrong >&2; usleep 3000; printf open";
    String id = ended(Map.of(), driver(type), script);

    assertThat(lines(id, "stdout=1&stderr=1")).hasSize(12).endsWith("wrong", "open");
    assertThat(lines(id, "stdout=1")).hasSize(11).doesNotContain("wrong");
    assertThat(lines(id, "stderr=1")).containsExactly("wrong");
    assertThat(lines(id, "stdout=1&stderr=1&tail=3")).containsExactly("line 9", "wrong", "open");
    assertThat(lines(id, "stdout=1&tail=3")).containsExactly("line 9", "open");
    assertThat(lines(id, "stdout=1&tail=0")).isEmpty();
    assertThat(lines(id, "stdout=1&tail=all")).hasSize(11);

    List<String> stamped = lines(id, "stdout=1&timestamps=1");
    assertThat(stamped)
        .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z .*"));
    List<String> all = lines(id, "stdout=1&stderr=1&timestamps=1");
    for (int since : new int[] {0, 3, 7}) {
      for (int until : new int[] {3, 8, 11}) {
        for (int tail : new int[] {2, 5, 100}) {
          String query = "&since=" + stamp(all.get(since)) + "&until=" + stamp(all.get(until));
          assertThat(lines(id, "stdout=1&tail=" + tail + query))
              .as("since %d until %d tail %d", since, until, tail)
              .isEqualTo(selected(all, time(all.get(since)), time(all.get(until)), tail));
        }
      }
    }
    assertThat(lines(id, "stdout=1&since=4102444800")).isEmpty();
  }

  @Test
  void detailsStandBeforeTheLine() throws Exception {
    Map<String, ?> config = Map.of("Labels", Map.of("a", "1 2", "b", "x"), "Env", List.of("E=v"));
    String id =
        ended(config, driver("json-file", "labels", "a,c", "env", "E", "tag", "t"), "echo hi");
    assertThat(lines(id, "stdout=1&details=1")).containsExactly("E=v,a=1+2,tag=t hi");
    client.delete("/containers/" + id).expectOk();
    made.remove(id);
    id = ended(config, driver("local"), "echo hi");
    assertThat(lines(id, "stdout=1&details=1")).containsExactly(" hi");
  }

  @ParameterizedTest
  @CsvSource({"json-file, 2k, 2, 20", "json-file, 1k, 1, 1", "local, 2k, 3, 40"})
  void keepsTheLastFiles(String type, String size, String files, int least) throws Exception {
    Map<String, ?> rotating = driver(type, "max-size", size, "max-file", files);
    if (type.equals("local") || files.equals("1")) {
      rotating = driver(type, "max-size", size, "max-file", files, "compress", "false");
    }
    String id =
        ended(Map.of(), rotating, "i=0; while [ $i -lt 1000 ]; do echo line $i; i=$((i+1)); done");
    List<String> kept = lines(id, "stdout=1");
    assertThat(kept).hasSizeBetween(least, 300).isEqualTo(numbered(1000 - kept.size(), 1000));
    int two = Math.max(1, kept.size() - 2);
    assertThat(lines(id, "stdout=1&tail=" + two)).isEqualTo(numbered(1000 - two, 1000));
  }

  @ParameterizedTest
  @CsvSource({"json-file, 1k, 1", "json-file, 2k, 3", "local, 1k, 1", "local, 1500, 4"})
  void followingMissesNothingWhileFilesChange(String type, String size, String files)
      throws Exception {
    engine.own("dockerd loses lines when files change faster than they are read");
    String id =
        create(
            Map.of(),
            driver(type, "max-size", size, "max-file", files, "compress", "false"),
            "i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done");
    client.post("/containers/" + id + "/start").expectOk();
    List<String> seen = follow(id, "stdout=1").get();
    // What was gone when the client came is gone; after that nothing is.
    assertThat(seen).isNotEmpty().isEqualTo(numbered(5000 - seen.size(), 5000));
  }

  @Test
  void followingEndsWithTheRunAndFindsTheNextOneInTheLog() throws Exception {
    String id =
        run(
            Map.of(),
            driver("json-file"),
            "trap 'exit 0' TERM; echo up; while :; do usleep 20000; done");
    while (lines(id, "stdout=1").isEmpty()) {
      Thread.onSpinWait();
    }
    Future<List<String>> first = follow(id, "stdout=1");
    client.post("/containers/" + id + "/restart?t=5").expectOk();
    assertThat(first.get()).containsExactly("up");
    while (lines(id, "stdout=1").size() < 2) {
      Thread.onSpinWait();
    }
    Future<List<String>> removed = follow(id, "stdout=1");
    Future<List<String>> onlyNew = follow(id, "stdout=1&tail=0");
    client.delete("/containers/" + id + "?force=1").expectOk();
    assertThat(removed.get()).containsExactly("up", "up");
    assertThat(onlyNew.get()).isEmpty();
    assertThat(logs(id, "stdout=1").status()).isEqualTo(404);
  }

  @Test
  void followingEndsAtUntil() throws Exception {
    String id = run(Map.of(), driver("json-file"), "while :; do echo on; usleep 20000; done");
    Instant end = Instant.now().plusMillis(400);
    String until = stamp(end);
    assertThat(follow(id, "stdout=1&timestamps=1&until=" + until).get())
        .isNotEmpty()
        .allMatch(line -> !Instant.parse(line.substring(0, line.indexOf(' '))).isAfter(end));
    assertThat(containers.status(id)).isEqualTo("running");
  }

  @Test
  void aContainerThatNeverRanHasAnEmptyLog() throws Exception {
    String id = create(Map.of(), driver("json-file"), "echo never");
    assertThat(lines(id, "stdout=1&follow=1")).isEmpty();
    client.post("/containers/" + id + "/rename?name=" + name + "-b").expectOk();
    client.post("/containers/" + id + "/start").expectOk();
    client.post("/containers/" + id + "/wait").expectOk();
    assertThat(lines(name + "-b", "stdout=1")).containsExactly("never");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          since=1            | 400 | Bad parameters: you must choose at least one stream
          stdout=1&since=abc | 500 | strconv.ParseInt: parsing \\"abc\\": invalid syntax
          stdout=1&until=x.1 | 500 | strconv.ParseInt: parsing \\"x\\": invalid syntax
          """)
  void refusesWhatDockerRefuses(String query, int status, String message) throws Exception {
    String id = create(Map.of(), driver("json-file"), "true");
    Answer answer = logs(id, query);
    assertThat(answer.status()).isEqualTo(status);
    assertThat(answer.text()).isEqualToIgnoringWhitespace("{\"message\":\"" + message + "\"}");
  }

  @Test
  void aDriverThatKeepsNothingCannotBeRead() throws Exception {
    String id = ended(Map.of(), driver("none"), "echo gone");
    Answer answer = logs(id, "stdout=1");
    assertThat(answer.status()).isEqualTo(501);
    assertThat(answer.text()).contains("configured logging driver does not support reading");
  }
}
