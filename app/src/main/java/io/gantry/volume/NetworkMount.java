package io.gantry.volume;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.mount.Mounts;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Mounts whatever a volume is made of. What is reached over the network may keep the kernel waiting
 * for minutes: such calls have a platform thread each, so that they hold up nobody but who asked.
 */
final class NetworkMount {

  private static final Set<String> LOCAL = Set.of("bind", "tmpfs", "ramfs");

  private interface Call {
    void run() throws ErrnoException;
  }

  private NetworkMount() {}

  static void mount(String type, String source, Path target, List<String> options)
      throws ErrnoException {
    run(type, () -> Mounts.mount(type, source, target, options));
  }

  static void unmount(String type, Path target) throws ErrnoException {
    run(type, () -> Mounts.unmount(target));
  }

  private static void run(String type, Call call) throws ErrnoException {
    if (LOCAL.contains(type)) {
      call.run();
      return;
    }
    FutureTask<Boolean> task =
        new FutureTask<>(
            () -> {
              call.run();
              return true;
            });
    Thread.ofPlatform().name("volume-mount").daemon().start(task);
    try {
      task.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ErrnoException errno) {
        throw errno;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while mounting a volume");
    }
  }
}
