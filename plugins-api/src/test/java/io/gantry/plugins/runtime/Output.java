package io.gantry.plugins.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A sink that keeps everything. */
public final class Output implements OutputSink {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final CountDownLatch end = new CountDownLatch(1);

  @Override
  public synchronized void output(Stream stream, ByteBuffer data) {
    byte[] bytes = new byte[data.remaining()];
    data.get(bytes);
    (stream == Stream.STDOUT ? out : err).writeBytes(bytes);
    notifyAll();
  }

  @Override
  public synchronized void end() {
    end.countDown();
    notifyAll();
  }

  public Output awaitEnd() throws InterruptedException {
    assertThat(end.await(60, TimeUnit.SECONDS)).as("the output ends").isTrue();
    return this;
  }

  public synchronized void awaitText(String text) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!out().contains(text)) {
      long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      assertThat(left).as("time for %s in %s", text, out()).isPositive();
      wait(left);
    }
  }

  public synchronized String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  public synchronized String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  public synchronized byte[] bytes() {
    return out.toByteArray();
  }
}
