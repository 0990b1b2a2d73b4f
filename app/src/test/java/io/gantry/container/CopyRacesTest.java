package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.mount.MountInfo;
import io.gantry.testing.Containers;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * CVE-2018-15664: while files go in and out, and are copied to where a mount is to be, directories
 * in the container are exchanged for links to the host. Lasts {@code -Dgantry.race.seconds} (30).
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class CopyRacesTest {

  private static final Duration RACE = Duration.ofSeconds(Long.getLong("gantry.race.seconds", 30));
  private static final String SECRET = "only the host may see this";

  private final TestDaemon daemon;
  private final Containers containers;
  private final Copies copies;

  @TempDir private Path host;

  CopyRacesTest() throws IOException {
    daemon = new TestDaemon("--bridge", "none");
    containers = new Containers(daemon.client());
    copies = new Copies(daemon.client());
  }

  /** Lets two names of a directory trade places, as fast as can be, until it is closed. */
  private record Attack(AtomicBoolean over, FutureTask<Integer> exchanges)
      implements AutoCloseable {

    static Attack on(Path directory, String one, String other) {
      AtomicBoolean over = new AtomicBoolean();
      FutureTask<Integer> exchanges = new FutureTask<>(() -> exchange(directory, one, other, over));
      Thread.ofPlatform().start(exchanges);
      return new Attack(over, exchanges);
    }

    private static int exchange(Path directory, String one, String other, AtomicBoolean over)
        throws ErrnoException {
      int exchanges = 0;
      try (Directory in = Directory.open(directory)) {
        while (!over.get()) {
          try {
            in.exchange(one, in, other);
            exchanges++;
          } catch (ErrnoException e) {
            // something is mounted there at the moment
            if (e.errno() != Errno.EBUSY) {
              throw e;
            }
          }
        }
      }
      return exchanges;
    }

    @Override
    public void close() throws Exception {
      over.set(true);
      assertThat(exchanges.get()).as("exchanges of names").isGreaterThan(100);
    }
  }

  /** Something that is done until the race is over; whether it succeeded. */
  @FunctionalInterface
  private interface Copy {
    boolean done() throws IOException;
  }

  /** How often it succeeded. */
  private static int repeat(Copy copy) throws IOException {
    int succeeded = 0;
    long end = System.nanoTime() + RACE.toNanos();
    while (System.nanoTime() < end) {
      succeeded += copy.done() ? 1 : 0;
    }
    return succeeded;
  }

  @Test
  void cve_2018_15664_copyingRacesWithLinks() throws Exception {
    try (daemon;
        ExecutorService background = Executors.newVirtualThreadPerTaskExecutor()) {
      daemon.start().withBusybox();
      Path outside = outside();
      byte[] link = new Tars().symbolicLink("link", outside.toString()).bytes();
      String raced = containers.run("raced", "sh", "-c", "mkdir -p /race/sub; sleep 600");
      copies.put(raced, "/", link).expectOk();
      String attacker =
          containers.run(
              "attacker", Map.of(), Map.of("Binds", List.of("raced:/v")), "sleep", "600");
      copies.put(attacker, "/v", new Tars().directory("place", 0755).bytes()).expectOk();
      copies.put(attacker, "/v", link).expectOk();
      // a mount of it, which does not run, is to appear where a directory and a link change places
      Path source = Files.createDirectory(host.resolve("source"));
      String victim =
          containers.create(
              "victim",
              Map.of(),
              Map.of("Binds", List.of("raced:/v", source + ":/v/place")),
              "true");
      try (Attack directories = Attack.on(root(raced), "race", "link");
          Attack places = Attack.on(root(attacker).resolve("v"), "place", "link")) {
        Future<Integer> out = background.submit(() -> repeat(() -> read(raced)));
        Future<Integer> mounted = background.submit(() -> repeat(() -> mount(victim, outside)));
        assertThat(repeat(() -> write(raced))).as("copies into it").isPositive();
        assertThat(out.get()).as("copies out of it").isPositive();
        assertThat(mounted.get()).as("copies to a place of a mount").isPositive();
      }
      assertUntouched(outside);
    }
  }

  private Path root(String id) throws IOException {
    return Path.of("/proc", Integer.toString(containers.pid(id)), "root");
  }

  private boolean write(String id) throws IOException {
    byte[] into = new Tars().file("f", "x").file("sub/f", "x").file("new/f", "x").bytes();
    byte[] below = new Tars().file("race/f", "x").file("race/new", "x").bytes();
    return copies.put(id, "/race", into).ok()
        | copies.put(id, "/race/sub", into).ok()
        | copies.put(id, "/", below).ok();
  }

  private boolean read(String id) throws IOException {
    boolean succeeded = false;
    for (String path : List.of("/race/.", "/race/f", "/race/sub/")) {
      var answer = copies.get(id, path);
      succeeded |= answer.ok();
      assertThat(new String(answer.body(), StandardCharsets.ISO_8859_1)).doesNotContain(SECRET);
    }
    return succeeded;
  }

  private boolean mount(String id, Path outside) throws IOException {
    boolean succeeded = copies.put(id, "/v/place", new Tars().file("n", "x").bytes()).ok();
    assertNothingMounted(outside);
    return succeeded;
  }

  private Path outside() throws IOException {
    Path outside = Files.createDirectory(host.resolve("outside"));
    Files.writeString(outside.resolve("f"), SECRET);
    Files.createDirectory(outside.resolve("sub"));
    return outside;
  }

  private static void assertUntouched(Path outside) throws IOException {
    try (Stream<Path> files = Files.walk(outside)) {
      assertThat(files.map(f -> outside.relativize(f).toString()))
          .containsExactlyInAnyOrder("", "f", "sub");
    }
    assertThat(outside.resolve("f")).hasContent(SECRET);
    assertNothingMounted(outside);
  }

  private static void assertNothingMounted(Path outside) {
    assertThat(MountInfo.list()).noneMatch(m -> Path.of(m.mountPoint()).startsWith(outside));
  }
}
