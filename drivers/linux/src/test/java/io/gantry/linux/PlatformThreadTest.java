package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class PlatformThreadTest {

  private static <T> T onVirtualThread(Callable<T> work) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return threads.submit(work).get();
    }
  }

  @Test
  void workOfAVirtualThreadIsDoneOnAPlatformThread() throws Exception {
    Thread worker = onVirtualThread(() -> PlatformThread.call("work", Thread::currentThread));
    assertThat(worker.isVirtual()).isFalse();
    assertThat(worker.getName()).isEqualTo("work");
    assertThat(PlatformThread.<Thread, RuntimeException>call("work", Thread::currentThread))
        .isSameAs(Thread.currentThread());
  }

  @Test
  void whatItThrowsIsThrownAsItIs() throws Exception {
    ErrnoException refused = new ErrnoException("unmount x", Errno.EINVAL);
    Throwable thrown =
        onVirtualThread(
            () ->
                catchThrowable(
                    () ->
                        PlatformThread.run(
                            "work",
                            () -> {
                              throw refused;
                            })));
    assertThat(thrown).isSameAs(refused);
    Error error = new AssertionError("wrong");
    assertThat(
            onVirtualThread(
                () ->
                    catchThrowable(
                        () ->
                            PlatformThread.run(
                                "work",
                                () -> {
                                  throw error;
                                }))))
        .isSameAs(error);
  }
}
