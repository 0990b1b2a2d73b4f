package io.gantry.container.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.stream.SpillQueue.Chunk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Order, completeness and limits of output that waits for a client. */
class SpillQueueTest {

  private static final long PLENTY = 1L << 30;

  @TempDir Path directory;

  private final Random random = new Random(42);

  private byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Takes until the end; stdout in the first, stderr in the second. */
  private static byte[][] drain(SpillQueue queue) throws IOException, InterruptedException {
    ByteArrayOutputStream[] streams = {new ByteArrayOutputStream(), new ByteArrayOutputStream()};
    for (Chunk chunk = queue.take(); chunk != null; chunk = queue.take()) {
      byte[] copy = new byte[chunk.bytes().remaining()];
      chunk.bytes().get(copy);
      streams[chunk.stream() == StdStream.STDERR ? 1 : 0].writeBytes(copy);
    }
    return new byte[][] {streams[0].toByteArray(), streams[1].toByteArray()};
  }

  @Test
  void keepsEverythingInOrderWhenNobodyReadsForLong() throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (SpillQueue queue = SpillQueue.givingUp(directory, PLENTY)) {
      for (int i = 0; i < 3000; i++) {
        byte[] piece = bytes(random.nextInt(1, 9000));
        boolean error = random.nextInt(10) == 0;
        (error ? err : out).writeBytes(piece);
        queue.put(error ? StdStream.STDERR : StdStream.STDOUT, ByteBuffer.wrap(piece));
      }
      queue.end();
      byte[][] got = drain(queue);
      assertThat(Arrays.equals(got[0], out.toByteArray())).isTrue();
      assertThat(Arrays.equals(got[1], err.toByteArray())).isTrue();
    }
  }

  @Test
  void keepsOrderWhileReaderAndWriterTakeTurnsAtBeingFaster() throws Exception {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    ByteArrayOutputStream got = new ByteArrayOutputStream();
    try (SpillQueue queue = SpillQueue.givingUp(directory, PLENTY)) {
      long waiting = 0;
      for (int i = 0; i < 4000; i++) {
        byte[] piece = bytes(random.nextInt(1, 40_000));
        sent.writeBytes(piece);
        queue.put(StdStream.STDOUT, ByteBuffer.wrap(piece));
        waiting += piece.length;
        boolean fast = i / 400 % 2 == 1;
        while (waiting > 0 && (fast || waiting > 8 << 20)) {
          ByteBuffer chunk = queue.take().bytes();
          waiting -= chunk.remaining();
          byte[] copy = new byte[chunk.remaining()];
          chunk.get(copy);
          got.writeBytes(copy);
        }
      }
      queue.end();
      got.writeBytes(drain(queue)[0]);
      assertThat(Arrays.equals(got.toByteArray(), sent.toByteArray())).isTrue();
    }
  }

  @Test
  void takesPiecesLargerThanABlock() throws Exception {
    try (SpillQueue queue = SpillQueue.givingUp(directory, PLENTY)) {
      byte[] first = bytes(2 << 20);
      byte[] second = bytes(3 << 20);
      queue.put(StdStream.STDOUT, ByteBuffer.wrap(first));
      queue.put(StdStream.STDERR, ByteBuffer.wrap(second));
      queue.end();
      byte[][] got = drain(queue);
      assertThat(Arrays.equals(got[0], first)).isTrue();
      assertThat(Arrays.equals(got[1], second)).isTrue();
    }
  }

  @Test
  void givesUpAClientThatLeavesTooMuch() throws Exception {
    try (SpillQueue queue = SpillQueue.givingUp(directory, 4 << 20)) {
      for (int i = 0; i < 1000; i++) {
        queue.put(StdStream.STDOUT, ByteBuffer.wrap(bytes(8192)));
      }
      queue.end();
      assertThatThrownBy(() -> drain(queue)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void leavesNoFile() throws Exception {
    try (SpillQueue queue = SpillQueue.givingUp(directory, PLENTY)) {
      for (int i = 0; i < 1000; i++) {
        queue.put(StdStream.STDOUT, ByteBuffer.wrap(bytes(8192)));
      }
      try (var files = Files.list(directory)) {
        assertThat(files).isEmpty();
      }
    }
  }

  @Test
  void roomOfWhatWasReadIsGivenBackWhileTheReaderStaysBehind() throws Exception {
    byte[] piece = bytes(64 << 10);
    try (SpillQueue queue = SpillQueue.givingUp(directory, 64 << 20)) {
      for (int i = 0; i < 100; i++) {
        queue.put(StdStream.STDOUT, ByteBuffer.wrap(piece));
      }
      long got = 0;
      for (int i = 0; i < 8000; i++) {
        queue.put(StdStream.STDOUT, ByteBuffer.wrap(piece));
        got += Objects.requireNonNull(queue.take()).bytes().remaining();
      }
      assertThat(occupied()).isLessThan(200L << 20);
      queue.end();
      for (Chunk chunk = queue.take(); chunk != null; chunk = queue.take()) {
        got += chunk.bytes().remaining();
      }
      assertThat(got).isEqualTo(8100L * piece.length);
    }
  }

  /** Bytes of this process's files without a name in the directory. */
  private long occupied() throws IOException {
    long bytes = 0;
    try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : open) {
        try {
          if (Files.readSymbolicLink(fd).startsWith(directory)) {
            bytes += (long) Files.getAttribute(fd, "size");
          }
        } catch (NoSuchFileException e) {
          // closed meanwhile
        }
      }
    }
    return bytes;
  }

  @Test
  void writerWaitsForItsClientAndLosesNothing() throws Exception {
    try (SpillQueue queue = SpillQueue.waiting(directory, 2 << 20)) {
      byte[] all = bytes(20 << 20);
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                for (int at = 0; at < all.length; at += 8192) {
                  queue.put(StdStream.STDOUT, ByteBuffer.wrap(all, at, 8192));
                }
                queue.end();
              });
      assertThat(writer.join(Duration.ofMillis(300))).as("waits").isFalse();
      assertThat(occupied()).isLessThanOrEqualTo(2 << 20);
      assertThat(Arrays.equals(drain(queue)[0], all)).isTrue();
      writer.join();
    }
  }

  @Test
  void writerThatWaitsIsFreeWhenTheClientLeaves() throws Exception {
    SpillQueue queue = SpillQueue.waiting(directory, 2 << 20);
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              for (int i = 0; i < 1000; i++) {
                queue.put(StdStream.STDOUT, ByteBuffer.wrap(bytes(8192)));
              }
            });
    assertThat(writer.join(Duration.ofMillis(300))).as("waits").isFalse();
    queue.close();
    writer.join();
  }

  @Test
  void overflowThatCannotBeWrittenEndsTheClientAfterWhatWasKept() throws Exception {
    Path missing = directory.resolve("missing");
    try (SpillQueue queue = SpillQueue.givingUp(missing, PLENTY)) {
      byte[] piece = bytes(64 << 10);
      for (int i = 0; i < 100; i++) {
        queue.put(StdStream.STDOUT, ByteBuffer.wrap(piece));
      }
      queue.end();
      for (int i = 0; i < 16; i++) {
        assertThat(Objects.requireNonNull(queue.take()).bytes().remaining())
            .isEqualTo(piece.length);
      }
      assertThatThrownBy(() -> drain(queue)).isInstanceOf(IOException.class);
    }
  }
}
