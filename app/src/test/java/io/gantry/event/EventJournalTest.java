package io.gantry.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class EventJournalTest {

  private static final long LIMIT = 16L << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final OptionalLong NONE = OptionalLong.empty();

  @TempDir Path directory;

  private EventJournal open() {
    return new EventJournal(directory.resolve("events"), LIMIT);
  }

  private static void publish(EventJournal journal, int from, int to) {
    for (int i = from; i < to; i++) {
      journal.publish(EventType.CONTAINER, "start", "id" + i, Map.of("name", "n" + i));
    }
  }

  private static List<String> take(EventStream stream, int count) throws InterruptedException {
    List<String> ids = new ArrayList<>();
    while (ids.size() < count) {
      List<Event> next = stream.next(PATIENCE);
      assertThat(next).describedAs("after %s events", ids.size()).isNotEmpty();
      next.forEach(e -> ids.add(e.actorId()));
    }
    return ids;
  }

  private static List<String> rest(EventStream stream) throws InterruptedException {
    List<String> ids = new ArrayList<>();
    while (!stream.ended()) {
      stream.next(PATIENCE).forEach(e -> ids.add(e.actorId()));
    }
    return ids;
  }

  private static List<String> ids(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> "id" + i).toList();
  }

  private static long now() {
    Instant now = Instant.now();
    return now.getEpochSecond() * 1_000_000_000L + now.getNano();
  }

  @Test
  void subscribersGetEventsFromNowOnInOrder() throws Exception {
    try (EventJournal journal = open()) {
      publish(journal, 0, 5);
      try (EventStream stream = journal.subscribe(EventFilter.all(), NONE, NONE)) {
        assertThat(stream.next(Duration.ZERO)).isEmpty();
        publish(journal, 5, 10);
        assertThat(take(stream, 5)).isEqualTo(ids(5, 10));
        assertThat(stream.ended()).isFalse();
      }
    }
  }

  @Test
  void anEventHasAllItsParts() throws Exception {
    try (EventJournal journal = open()) {
      long before = now();
      Event published =
          journal.publish(
              EventType.NETWORK,
              "connect",
              "n1",
              Map.of("name", "net", "container", "c\"\n\u00e9"));
      assertThat(published.time()).isBetween(before, now());
      assertThat(published.type()).isEqualTo("network");
      assertThat(published.scope()).isEqualTo("local");
      assertThat(published.attributes().keySet()).containsExactly("container", "name");
    }
    try (EventJournal journal = open();
        EventStream stream =
            journal.subscribe(EventFilter.all(), OptionalLong.of(0), OptionalLong.of(now()))) {
      assertThat(stream.next(PATIENCE))
          .singleElement()
          .satisfies(
              e -> {
                assertThat(e.action()).isEqualTo("connect");
                assertThat(e.attributes())
                    .isEqualTo(Map.of("name", "net", "container", "c\"\n\u00e9"));
                assertThat(e.scope()).isEqualTo("local");
              });
    }
  }

  @Test
  void aSlowSubscriberMissesNothing() throws Exception {
    try (EventJournal journal = open();
        EventStream stream = journal.subscribe(EventFilter.all(), NONE, NONE)) {
      publish(journal, 0, 1);
      assertThat(take(stream, 1)).isEqualTo(ids(0, 1));
      publish(journal, 1, 20_000);
      assertThat(take(stream, 19_999)).isEqualTo(ids(1, 20_000));
    }
  }

  @Test
  void aStreamThatIsClosedAmidTheHistoryLeavesNoFileOpen() throws Exception {
    try (EventJournal journal = open()) {
      long first = journal.publish(EventType.CONTAINER, "start", "id0", Map.of()).time();
      publish(journal, 1, 20_000);
      List<Path> before = openFiles();
      EventStream stream = journal.subscribe(EventFilter.all(), OptionalLong.of(first), NONE);
      assertThat(stream.next(Duration.ofSeconds(30))).isNotEmpty();
      assertThat(openFiles()).as("while it reads").hasSizeGreaterThan(before.size());
      stream.close();
      assertThat(openFiles()).containsExactlyInAnyOrderElementsOf(before);
    }
  }

  /** Of this process, below the directory of the test. */
  private List<Path> openFiles() throws IOException {
    List<Path> open = new ArrayList<>();
    try (DirectoryStream<Path> numbers = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path number : numbers) {
        try {
          Path file = Files.readSymbolicLink(number);
          if (file.startsWith(directory)) {
            open.add(file);
          }
        } catch (NoSuchFileException e) {
          // the listing's own
        }
      }
    }
    return open;
  }

  @Test
  void historySurvivesRestarts() throws Exception {
    List<Long> times = new ArrayList<>();
    for (int life = 0; life < 3; life++) {
      try (EventJournal journal = open()) {
        for (int i = life * 100; i < life * 100 + 100; i++) {
          times.add(journal.publish(EventType.CONTAINER, "start", "id" + i, Map.of()).time());
        }
      }
    }
    assertThat(times).isSorted().doesNotHaveDuplicates();
    try (EventJournal journal = open()) {
      for (int from : new int[] {0, 1, 99, 100, 150, 299}) {
        for (int to : new int[] {299, 200, 150}) {
          try (EventStream stream =
              journal.subscribe(
                  EventFilter.all(),
                  OptionalLong.of(times.get(from)),
                  OptionalLong.of(times.get(to)))) {
            assertThat(rest(stream))
                .isEqualTo(ids(from, to + 1).subList(0, Math.max(0, to + 1 - from)));
          }
        }
      }
      try (EventStream stream =
          journal.subscribe(EventFilter.all(), OptionalLong.of(times.get(290)), NONE)) {
        publish(journal, 300, 310);
        assertThat(take(stream, 20)).isEqualTo(ids(290, 310));
      }
      try (EventStream stream =
          journal.subscribe(EventFilter.all(), NONE, OptionalLong.of(times.get(5)))) {
        assertThat(rest(stream)).isEqualTo(ids(0, 6));
      }
    }
  }

  @Test
  void untilEndsAStreamThatWaits() throws Exception {
    try (EventJournal journal = open();
        EventStream stream =
            journal.subscribe(EventFilter.all(), NONE, OptionalLong.of(now() + 300_000_000L))) {
      publish(journal, 0, 1);
      assertThat(rest(stream)).isEqualTo(ids(0, 1));
      assertThat(stream.ended()).isTrue();
    }
  }

  @Test
  void closingEndsAStreamThatWaits() throws Exception {
    try (EventJournal journal = open()) {
      EventStream stream = journal.subscribe(EventFilter.all(), NONE, NONE);
      CompletableFuture<List<String>> reader =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return rest(stream);
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      publish(journal, 0, 1);
      stream.close();
      assertThat(reader.get(10, TimeUnit.SECONDS)).hasSizeLessThanOrEqualTo(1);
    }
  }

  @Test
  void theHistoryIsBounded() throws Exception {
    long limit = 800_000;
    Path events = directory.resolve("events");
    try (EventJournal journal = new EventJournal(events, limit)) {
      publish(journal, 0, 20_000);
    }
    try (Stream<Path> files = Files.list(events)) {
      assertThat(files.mapToLong(f -> f.toFile().length()).sum())
          .isBetween(limit / 2, limit * 3 / 2);
    }
    try (EventJournal journal = new EventJournal(events, limit);
        EventStream stream =
            journal.subscribe(EventFilter.all(), OptionalLong.of(0), OptionalLong.of(now()))) {
      List<String> left = rest(stream);
      assertThat(left).hasSizeBetween(1000, 19_000).isEqualTo(ids(20_000 - left.size(), 20_000));
    }
  }

  @Test
  void aTornEndIsCutOff() throws Exception {
    try (EventJournal journal = open()) {
      publish(journal, 0, 3);
    }
    Path segment;
    try (Stream<Path> files = Files.list(directory.resolve("events"))) {
      segment = files.findFirst().orElseThrow();
    }
    Files.writeString(segment, "\0\0garbage\n{\"time\":17", StandardOpenOption.APPEND);
    try (EventJournal journal = open()) {
      publish(journal, 3, 5);
    }
    try (EventJournal journal = open();
        EventStream stream =
            journal.subscribe(EventFilter.all(), OptionalLong.of(0), OptionalLong.of(now()))) {
      assertThat(rest(stream)).isEqualTo(ids(0, 5));
    }
  }

  @Test
  void manyPublishersAndSubscribersAgreeOnTheOrder() throws Exception {
    try (EventJournal journal = open()) {
      List<EventStream> streams = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        streams.add(journal.subscribe(EventFilter.all(), NONE, NONE));
      }
      List<CompletableFuture<List<String>>> readers = new ArrayList<>();
      for (EventStream stream : streams) {
        readers.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return take(stream, 8000);
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                },
                task -> Thread.ofVirtual().start(task)));
      }
      List<Thread> publishers = new ArrayList<>();
      for (int p = 0; p < 4; p++) {
        int first = p * 2000;
        publishers.add(Thread.ofVirtual().start(() -> publish(journal, first, first + 2000)));
      }
      for (Thread publisher : publishers) {
        publisher.join();
      }
      List<String> order = readers.getFirst().get(20, TimeUnit.SECONDS);
      assertThat(order).containsExactlyInAnyOrderElementsOf(ids(0, 8000));
      for (CompletableFuture<List<String>> reader : readers) {
        assertThat(reader.get(20, TimeUnit.SECONDS)).isEqualTo(order);
      }
    }
  }

  @Test
  void filtersAsDocker() {
    Event start =
        new Event(
            "container",
            "start",
            "abcdef",
            Map.of("name", "web", "image", "reg:5000/busybox:latest", "lab", "1"),
            1,
            "local");
    Event exec =
        new Event(
            "container", "exec_create: sh -c id", "abcdef", Map.of("name", "web"), 2, "local");
    Event pull =
        new Event("image", "pull", "busybox:latest", Map.of("name", "busybox"), 3, "local");
    assertThat(filter("container", "abc").matches(start)).isTrue();
    assertThat(filter("container", "we").matches(start)).isTrue();
    assertThat(filter("container", "x").matches(start)).isFalse();
    assertThat(filter("container", "web").matches(pull)).isFalse();
    assertThat(filter("image", "reg:5000/busybox").matches(start)).isTrue();
    assertThat(filter("image", "reg:5000/busybox:latest").matches(start)).isTrue();
    assertThat(filter("image", "reg").matches(start)).isFalse();
    assertThat(filter("image", "busybox").matches(pull)).isTrue();
    assertThat(filter("type", "image", "network").matches(pull)).isTrue();
    assertThat(filter("type", "image").matches(start)).isFalse();
    assertThat(filter("event", "exec_create").matches(exec)).isTrue();
    assertThat(filter("event", "exec").matches(exec)).isFalse();
    assertThat(filter("event", "star").matches(start)).isFalse();
    assertThat(filter("label", "lab").matches(start)).isTrue();
    assertThat(filter("label", "lab=1").matches(start)).isTrue();
    assertThat(filter("label", "lab=2").matches(start)).isFalse();
    assertThat(filter("label", "lab", "other").matches(start)).isFalse();
    assertThat(filter("scope", "swarm").matches(start)).isFalse();
    assertThat(filter("nonsense", "x").matches(start)).isTrue();
    assertThat(
            new EventFilter(Map.of("type", Set.of("container"), "event", Set.of("stop")))
                .matches(start))
        .isFalse();
  }

  private static EventFilter filter(String key, String... values) {
    return new EventFilter(Map.of(key, Set.of(values)));
  }

  @Test
  void aDeadDiskStopsNobody() throws Exception {
    Path events = directory.resolve("events");
    try (EventJournal journal = new EventJournal(events, 1000);
        EventStream stream = journal.subscribe(EventFilter.all(), NONE, NONE)) {
      journal.publish(EventType.CONTAINER, "start", "id0", Map.of("long", "x".repeat(1000)));
      assertThat(take(stream, 1)).isEqualTo(ids(0, 1));
      Path first = events.resolve("%019d.events".formatted(1));
      while (Files.size(first) == 0) {
        Thread.onSpinWait();
      }
      // The segment is full, and no new one can begin.
      Files.delete(first);
      Files.delete(events);
      for (int i = 1; i < 100; i++) {
        publish(journal, i, i + 1);
        assertThat(take(stream, 1)).isEqualTo(ids(i, i + 1));
      }
      Files.createDirectory(events);
      publish(journal, 100, 200);
      assertThat(take(stream, 100)).isEqualTo(ids(100, 200));
    }
    try (EventJournal journal = new EventJournal(events, 1000);
        EventStream stream =
            journal.subscribe(EventFilter.all(), OptionalLong.of(0), OptionalLong.of(now()))) {
      assertThat(rest(stream)).endsWith("id199");
    }
  }
}
