package io.gantry.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StallGuardTest {

  /** Says nothing until it is closed. */
  private static final class Silence extends InputStream {

    private final CountDownLatch closed = new CountDownLatch(1);

    @Override
    public int read() throws IOException {
      try {
        closed.await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      throw new IOException("closed");
    }

    @Override
    public void close() {
      closed.countDown();
    }
  }

  @Test
  void aBodyThatStandsStillIsGivenUp() throws IOException {
    try (StallGuard body = new StallGuard(new Silence(), Duration.ofMillis(100))) {
      assertThatThrownBy(body::read).hasMessageStartingWith("nothing came for ");
    }
  }

  @Test
  void whoReadsSlowlyIsNotCutOff() throws Exception {
    try (PipedInputStream pipe = new PipedInputStream();
        PipedOutputStream sender = new PipedOutputStream(pipe);
        StallGuard body = new StallGuard(pipe, Duration.ofMillis(50))) {
      sender.write(new byte[] {1, 2});
      assertThat(body.read()).isEqualTo(1);
      new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
      assertThat(body.read()).isEqualTo(2);
    }
  }
}
