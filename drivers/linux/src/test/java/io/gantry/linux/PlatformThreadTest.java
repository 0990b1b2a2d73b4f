package io.gantry.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class PlatformThreadTest {

  private static <T> T onVirtualThread(Callable<T> work) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      return threads.submit(work).get();
    }
  }

  @Test
  void workOfAVirtualThreadIsDoneOnAPlatformThread() throws Exception {
    AtomicReference<String> name = new AtomicReference<>();
    Thread worker =
        onVirtualThread(
            () ->
                PlatformThread.call(
                    "work",
                    () -> {
                      name.set(Thread.currentThread().getName());
                      return Thread.currentThread();
                    }));
    assertThat(name).hasValue("work");
    assertThat(worker.isVirtual()).isFalse();
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

  @Test
  void anInterruptReachesTheWorkAndNoOther() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread caller =
        Thread.startVirtualThread(
            () ->
                thrown.set(
                    catchThrowable(
                        () ->
                            PlatformThread.run(
                                "work",
                                () -> {
                                  begun.countDown();
                                  new CountDownLatch(1).await();
                                }))));
    begun.await();
    caller.interrupt();
    caller.join();
    assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
    for (int i = 0; i < 100; i++) {
      // some of them on the same thread
      assertThat(onVirtualThread(() -> PlatformThread.call("next", Thread::interrupted))).isFalse();
    }
  }
}
