package io.gantry.linux.inotify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Poller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
@SuppressWarnings("NullAway.Init")
class InotifyTest {

  private record Event(int mask, String name) {}

  @TempDir Path directory;
  private Poller poller;
  private Inotify inotify;
  private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

  @BeforeEach
  void open() throws IOException {
    poller = Poller.open("test-poll");
    inotify = Inotify.open(poller);
  }

  @AfterEach
  void close() {
    inotify.close();
    poller.close();
  }

  private int watch(Path path, int mask) throws IOException {
    return inotify.watch(path, mask, (what, name) -> events.add(new Event(what, name)));
  }

  @Test
  void fileRenamedIntoPlaceIsTold() throws Exception {
    var _ = watch(directory, Inotify.MOVED_TO | Inotify.CLOSE_WRITE);
    Path temporary = Files.createTempFile(directory.getParent(), "x", "y");
    Files.move(temporary, directory.resolve("näme"), StandardCopyOption.ATOMIC_MOVE);
    assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo(new Event(Inotify.MOVED_TO, "näme"));
    Files.writeString(directory.resolve("other"), "x");
    assertThat(events.poll(10, TimeUnit.SECONDS))
        .isEqualTo(new Event(Inotify.CLOSE_WRITE, "other"));
  }

  @Test
  void watchOfOneEventEndsWithIt() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    for (int i = 0; i < 3; i++) {
      var _ = watch(file, Inotify.MODIFY | Inotify.ONE_SHOT);
      Files.writeString(file, "a", StandardOpenOption.APPEND);
      assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo(new Event(Inotify.MODIFY, ""));
      Files.writeString(file, "b", StandardOpenOption.APPEND);
      assertThat(events.poll(50, TimeUnit.MILLISECONDS)).isNull();
    }
  }

  @Test
  void nothingIsToldAfterUnwatch() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    int watch = watch(file, Inotify.MODIFY);
    inotify.unwatch(watch);
    Files.writeString(file, "a", StandardOpenOption.APPEND);
    assertThat(events.poll(50, TimeUnit.MILLISECONDS)).isNull();
    inotify.unwatch(watch);
  }

  @Test
  void whatDoesNotExistCannotBeWatched() {
    assertThatThrownBy(() -> watch(directory.resolve("none"), Inotify.MODIFY))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOENT));
  }
}
