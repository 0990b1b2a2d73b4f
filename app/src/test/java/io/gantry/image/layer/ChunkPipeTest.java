package io.gantry.image.layer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChunkPipeTest {

  private final ChunkPipe pipe = new ChunkPipe(2);

  @Test
  void allThatIsWrittenIsReadHoweverItIsCut() throws Exception {
    byte[] bytes = new byte[3_000_001];
    new Random(1).nextBytes(bytes);
    Thread.startVirtualThread(() -> write(bytes));
    try (InputStream source = pipe.source()) {
      assertThat(source.read(new byte[0])).isZero();
      assertThat(source.read()).isEqualTo(bytes[0] & 0xFF);
      assertThat(source.readAllBytes()).isEqualTo(Arrays.copyOfRange(bytes, 1, bytes.length));
      assertThat(source.read()).as("after the end").isEqualTo(-1);
    }
  }

  private void write(byte[] bytes) {
    try (OutputStream sink = pipe.sink()) {
      sink.write(bytes[0]);
      sink.flush();
      sink.flush();
      for (int at = 1; at < bytes.length; at += 100_000) {
        sink.write(bytes, at, Math.min(100_000, bytes.length - at));
      }
    } catch (IOException e) {
      pipe.fail(e);
    }
  }

  @Test
  void aFailureComesAfterWhatWasWrittenBeforeAndStays() throws IOException {
    OutputStream sink = pipe.sink();
    sink.write("abc".getBytes(UTF_8));
    sink.flush();
    pipe.fail(new IOException("disk on fire"));
    sink.close();
    pipe.fail(new IOException("too late"));
    InputStream source = pipe.source();
    assertThat(source.readNBytes(3)).asString(UTF_8).isEqualTo("abc");
    assertThatThrownBy(source::read).isInstanceOf(IOException.class).hasMessage("disk on fire");
    assertThatThrownBy(source::read).isInstanceOf(IOException.class).hasMessage("disk on fire");
  }

  @Test
  void aFailureAfterTheEndIsNotHeard() throws IOException {
    pipe.sink().close();
    pipe.fail(new IOException("too late"));
    assertThat(pipe.source().read()).isEqualTo(-1);
  }

  @Test
  void aWriterThatWaitsHearsThatNobodyReads() throws Exception {
    CompletableFuture<Throwable> heard = new CompletableFuture<>();
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              OutputStream sink = pipe.sink();
              try {
                while (true) {
                  sink.write(new byte[1000]);
                }
              } catch (IOException e) {
                heard.complete(e);
              }
            });
    while (writer.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }
    pipe.source().close();
    assertThat(heard.get(60, TimeUnit.SECONDS)).hasMessage("nobody reads any more");
    assertThatThrownBy(() -> pipe.sink().write(1)).hasMessage("nobody reads any more");
  }
}
