package io.gantry.linux.poll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
@SuppressWarnings("NullAway.Init")
class PollerTest {

  private Poller poller;

  @BeforeEach
  void open() throws IOException {
    poller = Poller.open("test-poll");
  }

  @AfterEach
  void close() {
    poller.close();
  }

  private interface Call {
    void run() throws IOException;
  }

  private static CompletableFuture<Boolean> inBackground(Call call) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            call.run();
            done.complete(true);
          } catch (IOException e) {
            done.completeExceptionally(e);
          }
        });
    return done;
  }

  @Test
  void waitsUntilThereIsSomething() throws Exception {
    try (Pipe pipe = Pipe.open();
        Watch watch = poller.watch(pipe.readEnd())) {
      assertThat(watch.awaitReadable(Duration.ofMillis(30))).isFalse();
      CompletableFuture<Boolean> waiting = inBackground(watch::awaitReadable);
      assertThat(waiting).isNotDone();
      pipe.signal();
      assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
      // Still there, as it was not read.
      assertThat(watch.awaitReadable(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void closingEndsAllWaits() throws Exception {
    try (Pipe pipe = Pipe.open()) {
      Watch watch = poller.watch(pipe.readEnd());
      CompletableFuture<Boolean> waiting = inBackground(watch::awaitReadable);
      CountDownLatch ran = new CountDownLatch(1);
      Watch other = poller.watch(pipe.writeEnd());
      other.onReadable(ran::countDown);
      watch.close();
      assertThatThrownBy(() -> waiting.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(ClosedChannelException.class);
      assertThat(ran.getCount()).isOne();
      poller.close();
      assertThat(ran.await(10, TimeUnit.SECONDS)).isTrue();
      assertThatThrownBy(other::awaitWritable).isInstanceOf(ClosedChannelException.class);
    }
  }

  @Test
  void whoSendsNoMoreHasNotHungUp(@TempDir Path directory) throws Exception {
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("socket"));
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      server.bind(address);
      try (SocketChannel client = SocketChannel.open(address);
          SocketChannel accepted = server.accept();
          Descriptor descriptor = Descriptor.duplicateOf(accepted);
          Watch watch = poller.watch(descriptor)) {
        CountDownLatch hungUp = new CountDownLatch(1);
        watch.onHangUp(hungUp::countDown);
        client.shutdownOutput();
        for (int i = 0; i < 3; i++) {
          assertThat(watch.awaitReadable(Duration.ofSeconds(10))).isTrue();
        }
        assertThat(hungUp.getCount()).isOne();
        client.close();
        assertThat(hungUp.await(10, TimeUnit.SECONDS)).isTrue();
        accepted.close();
        assertThatThrownBy(() -> Descriptor.duplicateOf(accepted)).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void manyWaitWithoutThreads() throws Exception {
    List<Pipe> pipes = new ArrayList<>();
    List<CompletableFuture<Boolean>> waiting = new ArrayList<>();
    int before = Thread.getAllStackTraces().size();
    for (int i = 0; i < 500; i++) {
      Pipe pipe = Pipe.open();
      pipes.add(pipe);
      Watch watch = poller.watch(pipe.readEnd());
      waiting.add(inBackground(watch::awaitReadable));
    }
    assertThat(Thread.getAllStackTraces().size() - before).isLessThan(10);
    for (Pipe pipe : pipes) {
      pipe.signal();
    }
    for (CompletableFuture<Boolean> one : waiting) {
      assertThat(one.get(10, TimeUnit.SECONDS)).isTrue();
    }
    pipes.forEach(Pipe::close);
  }

  @Test
  void descriptorIsClosedAfterItsLastUser() throws Exception {
    Pipe pipe = Pipe.open();
    int number = pipe.writeEnd().acquire();
    pipe.writeEnd().close();
    assertThat(Path.of("/proc/self/fd/" + number).toFile().canWrite()).isTrue();
    assertThatThrownBy(() -> pipe.writeEnd().acquire()).isInstanceOf(ClosedChannelException.class);
    pipe.writeEnd().release();
    pipe.writeEnd().close();
    try (PipeReader reader = new PipeReader(poller, pipe.readEnd(), 10)) {
      assertThat(reader.line()).isEmpty();
    }
  }

  @Test
  void fifoIsWrittenToWhenSomebodyReads(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("fifo");
    assertThat(Fifo.open(path)).isEmpty();
    assertThat(new ProcessBuilder("mkfifo", path.toString()).start().waitFor()).isZero();
    assertThat(Fifo.open(path)).isEmpty();
    Process cat = new ProcessBuilder("cat", path.toString()).redirectErrorStream(true).start();
    Optional<Fifo> fifo = Optional.empty();
    while (fifo.isEmpty()) {
      fifo = Fifo.open(path);
      Thread.onSpinWait();
    }
    fifo.get().write("text".getBytes(StandardCharsets.US_ASCII));
    fifo.get().close();
    assertThat(new String(cat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
        .isEqualTo("text");
  }
}
