package io.gantry.image.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChunkPipeTest {

  private static InputStream writtenBy(ChunkPipe.Writer writer) {
    return ChunkPipe.writtenBy("test", 2, writer);
  }

  @Test
  void allThatIsWrittenIsReadHoweverItIsCut() throws Exception {
    byte[] bytes = new byte[3_000_001];
    new Random(1).nextBytes(bytes);
    ChunkPipe.Writer writer =
        out -> {
          out.write(bytes[0]);
          out.flush();
          out.flush();
          for (int at = 1; at < bytes.length; at += 100_000) {
            out.write(bytes, at, Math.min(100_000, bytes.length - at));
          }
        };
    try (InputStream source = writtenBy(writer)) {
      assertThat(source.read(new byte[0])).isZero();
      assertThat(source.read()).isEqualTo(bytes[0] & 0xFF);
      assertThat(source.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 1, bytes.length));
      assertThat(source.read()).as("after the end").isEqualTo(-1);
    }
  }

  @Test
  void aFailureComesAfterWhatWasWrittenBeforeAndStays() throws IOException {
    try (InputStream source =
        writtenBy(
            out -> {
              // as try-with-resources does before it fails
              try (out) {
                out.write("abc".getBytes(UTF_8));
              }
              throw new IOException("disk on fire");
            })) {
      assertThat(source.readNBytes(3)).asString(UTF_8).isEqualTo("abc");
      assertThatThrownBy(source::read).isInstanceOf(IOException.class).hasMessage("disk on fire");
      assertThatThrownBy(source::read).isInstanceOf(IOException.class).hasMessage("disk on fire");
    }
  }

  @Test
  void anErrorIsNotTakenForTheEnd() throws IOException {
    Error error = new StackOverflowError();
    try (InputStream source =
        writtenBy(
            out -> {
              throw error;
            })) {
      assertThatThrownBy(source::read).isInstanceOf(IOException.class).hasCause(error);
    }
  }

  @Test
  void aWriterThatWaitsHearsThatNobodyReadsAndIsWaitedFor() throws Exception {
    CompletableFuture<Thread> writer = new CompletableFuture<>();
    AtomicBoolean ended = new AtomicBoolean();
    InputStream source =
        writtenBy(
            out -> {
              writer.complete(Thread.currentThread());
              try {
                while (true) {
                  out.write(new byte[1000]);
                }
              } catch (IOException e) {
                assertThatThrownBy(() -> out.write(1)).hasMessage("nobody reads any more");
                ended.set(true);
              }
            });
    while (writer.join().getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    source.close();
    assertThat(ended).isTrue();
  }
}
