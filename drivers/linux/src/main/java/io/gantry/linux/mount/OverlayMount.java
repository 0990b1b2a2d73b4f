package io.gantry.linux.mount;

import com.sun.jna.Native;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.OpenFlag;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * Overlay mounts whose options do not fit into the page that {@code mount(2)} takes: many layers.
 * The layers are handed over one by one with {@code fsconfig(2)} and {@code lowerdir+} (Linux 6.5);
 * on older kernels the paths are shortened to what is below their common directory, and the mount
 * is made from there.
 */
final class OverlayMount {

  private static final String LOWER = "lowerdir=";
  static final int SYS_FSOPEN = 430;
  private static final int SYS_FSCONFIG = 431;
  private static final int SYS_FSMOUNT = 432;
  private static final int SYS_MOVE_MOUNT = 429;
  private static final int CLOSE_ON_EXEC = 1;
  private static final int SET_FLAG = 0;
  private static final int SET_STRING = 1;
  private static final int SET_FD = 5;
  private static final int CREATE = 6;
  private static final int MAX_STRING = 255;
  private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;
  private static final int AT_FDCWD = -100;
  private static final int CLONE_FS = 0x200;
  private static final byte[] EMPTY = {0};

  private OverlayMount() {}

  static boolean needed(String type, List<String> data, int limit) {
    return type.equals("overlay")
        && (data.stream().anyMatch(option -> option.indexOf(',') >= 0)
            || String.join(",", data).getBytes(StandardCharsets.UTF_8).length > limit);
  }

  static void mount(String source, Path target, MountOptions options) throws ErrnoException {
    String what = "mount " + source + " (overlay, long options) on " + target;
    try {
      mountStepByStep(what, source, target, options);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ENOSYS && e.errno() != Errno.EINVAL) {
        throw e;
      }
      try {
        mountFromCommonDirectory(what, source, target, options);
      } catch (ErrnoException older) {
        e.addSuppressed(older);
        throw e;
      }
    }
  }

  private static void mountStepByStep(String what, String source, Path target, MountOptions options)
      throws ErrnoException {
    try (Fd context = owned(what, LibC.syscall(SYS_FSOPEN, Mounts.c("overlay"), CLOSE_ON_EXEC))) {
      set(what, context, "source", source);
      for (String option : options.data()) {
        int equals = option.indexOf('=');
        if (option.startsWith(LOWER)) {
          for (Path layer : LowerDirs.split(option.substring(LOWER.length()))) {
            set(what, context, "lowerdir+", layer.toString());
          }
        } else if (equals < 0) {
          config(what, context, SET_FLAG, Mounts.c(option), null, 0);
        } else {
          set(what, context, option.substring(0, equals), option.substring(equals + 1));
        }
      }
      if ((options.flags() & MountOptions.READ_ONLY) != 0) {
        config(what, context, SET_FLAG, Mounts.c("ro"), null, 0);
      }
      config(what, context, CREATE, null, null, 0);
      long attributes = options.flags() & 0xF; // ro, nosuid, nodev, noexec: the same bits
      try (Fd mount =
          owned(what, LibC.syscall(SYS_FSMOUNT, context.number(), CLOSE_ON_EXEC, attributes))) {
        long moved =
            LibC.syscall(
                SYS_MOVE_MOUNT,
                mount.number(),
                EMPTY,
                AT_FDCWD,
                Mounts.c(target),
                MOVE_MOUNT_F_EMPTY_PATH);
        if (moved < 0) {
          throw ErrnoException.last(what);
        }
      }
    }
  }

  /**
   * As text where it is short enough for {@code fsconfig}; a longer one is a path and is handed
   * over as a descriptor (Linux 6.13).
   */
  private static void set(String what, Fd context, String key, String value) throws ErrnoException {
    byte[] text = Mounts.c(value);
    if (text.length <= MAX_STRING) {
      config(what, context, SET_STRING, Mounts.c(key), text, 0);
      return;
    }
    try (Fd directory = Fd.open(value, OpenFlag.PATH | OpenFlag.DIRECTORY)) {
      config(what, context, SET_FD, Mounts.c(key), null, directory.number());
    }
  }

  private static void config(
      String what,
      Fd context,
      int command,
      byte @Nullable [] key,
      byte @Nullable [] value,
      long auxiliary)
      throws ErrnoException {
    if (LibC.syscall(SYS_FSCONFIG, context.number(), command, key, value, auxiliary) < 0) {
      int errno = Native.getLastError();
      throw new ErrnoException(what + reasons(context), errno);
    }
  }

  /** What the kernel wrote into the context's log, each line "e overlay: text". */
  private static String reasons(Fd context) {
    byte[] line = new byte[512];
    StringBuilder text = new StringBuilder();
    long length;
    while ((length = LibC.read(context.number(), line, line.length)) > 0) {
      text.append(" (")
          .append(new String(line, 0, (int) length, StandardCharsets.UTF_8).strip())
          .append(')');
    }
    return text.toString();
  }

  private static Fd owned(String what, long result) throws ErrnoException {
    if (result < 0) {
      throw ErrnoException.last(what);
    }
    return Fd.owning((int) result, what);
  }

  /** On a thread of its own, whose working directory can be changed without anybody noticing. */
  private static void mountFromCommonDirectory(
      String what, String source, Path target, MountOptions options) throws ErrnoException {
    Path base = null;
    List<Path> layers = new ArrayList<>();
    for (String option : options.data()) {
      if (option.startsWith(LOWER)) {
        layers.addAll(LowerDirs.split(option.substring(LOWER.length())));
      }
    }
    for (Path layer : layers) {
      Path parent = layer.getParent();
      while (base != null && parent != null && !parent.startsWith(base)) {
        base = base.getParent();
      }
      base = base == null ? parent : base;
    }
    if (base == null) {
      throw new ErrnoException(what, Errno.EINVAL);
    }
    Path from = base;
    List<String> data = new ArrayList<>(options.data());
    data.removeIf(option -> option.startsWith(LOWER));
    data.add(LOWER + LowerDirs.join(layers.stream().map(from::relativize).toList()));
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              if (LibC.unshare(CLONE_FS) < 0 || LibC.chdir(Mounts.c(from)) < 0) {
                throw ErrnoException.last(what);
              }
              int mounted =
                  LibC.mount(
                      Mounts.c(source),
                      Mounts.c(target.toAbsolutePath()),
                      Mounts.c("overlay"),
                      options.flags(),
                      Mounts.c(String.join(",", data)));
              if (mounted < 0) {
                throw ErrnoException.last(what);
              }
              return null;
            });
    Thread.ofPlatform().name("gantry-mount").daemon().start(task);
    try {
      task.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ErrnoException(what, Errno.EINTR);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ErrnoException errno) {
        throw errno;
      }
      throw new IllegalStateException(what, e.getCause());
    }
  }
}
