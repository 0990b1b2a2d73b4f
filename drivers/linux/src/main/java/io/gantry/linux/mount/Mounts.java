package io.gantry.linux.mount;

import com.sun.jna.Native;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.Kernel;
import io.gantry.linux.PlatformThread;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileName;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Mounts and unmounts in the mount namespace of the calling thread. Safe for use by any number of
 * threads. Errors name source and target.
 *
 * <p>Unmounting the last place of a file system writes it out and may take long; a virtual thread
 * leaves its carrier meanwhile.
 */
public final class Mounts {

  /** One page, of which the kernel reads all but the last byte. */
  private static final int MAX_DATA = 4095;

  private static final int MNT_DETACH = 2;
  private static final int UMOUNT_NOFOLLOW = 8;
  private static final int AT_FDCWD = -100;
  private static final int AT_SYMLINK_NOFOLLOW = 0x100;
  private static final int AT_NO_AUTOMOUNT = 0x800;
  private static final int AT_RECURSIVE = 0x8000;
  private static final long STATX_ATTR_MOUNT_ROOT = 0x2000;
  private static final int SYS_OPEN_TREE = 428;
  private static final int SYS_MOUNT_SETATTR = 442;
  private static final int OPEN_TREE_CLONE = 1;
  private static final int OPEN_TREE_CLOEXEC = 0x80000;
  private static final long MOUNT_ATTR_RDONLY = 1;

  private Mounts() {}

  /**
   * Mounts one thing.
   *
   * @param type file system, or {@code bind}
   * @param source device, directory or word
   * @param options as in fstab, one an element: flags ({@code ro}, {@code rbind}, {@code rslave},
   *     {@code rro} ...) and the file system's own, of any total length where the kernel has a way
   */
  public static void mount(String type, String source, Path target, List<String> options)
      throws ErrnoException {
    MountOptions parsed = MountOptions.parse(options);
    String what = "mount " + source + " (" + type + ") on " + target;
    if (parsed.isBind() || type.equals("bind")) {
      long bind = MountOptions.BIND | (parsed.flags() & MountOptions.RECURSIVE);
      call(what, source, target, null, bind, "");
      if (parsed.flagsToRemount() != 0) {
        long again = parsed.flagsToRemount() | MountOptions.BIND | MountOptions.REMOUNT;
        orUnmount(target, () -> call(what, source, target, null, again, ""));
      }
    } else if (OverlayMount.needed(type, parsed.data(), MAX_DATA)) {
      OverlayMount.mount(source, target, parsed);
    } else {
      call(what, source, target, type, parsed.flags(), String.join(",", parsed.data()));
    }
    if (parsed.recursiveReadOnly()) {
      orUnmount(target, () -> readOnlyWithAllBelow(target));
    }
    if (parsed.propagation() != 0) {
      orUnmount(target, () -> call(what, "none", target, null, parsed.propagation(), ""));
    }
  }

  /**
   * Makes {@code source} (a directory or a file) visible at {@code target} too, together with what
   * is mounted below it.
   */
  public static void bind(Path source, Path target) throws ErrnoException {
    mount("bind", source.toString(), target, List.of("rbind"));
  }

  /** Makes the topmost mount at a path read-only, for those who see it there. */
  public static void makeReadOnly(Path target) throws ErrnoException {
    long flags = MountOptions.READ_ONLY | MountOptions.BIND | MountOptions.REMOUNT;
    call("make " + target + " read-only", "none", target, null, flags, "");
  }

  public static void setPropagation(Path target, Propagation propagation, boolean recursive)
      throws ErrnoException {
    long flags = propagation.flag | (recursive ? Propagation.RECURSIVE : 0);
    call("make " + target + " " + propagation, "none", target, null, flags, "");
  }

  /**
   * Makes a directory a mount of its own whose mounts spread to peers; a no-op when it is one
   * already.
   */
  public static void makeShared(Path directory) throws ErrnoException {
    if (!isMountPoint(directory)) {
      bind(directory, directory);
    }
    setPropagation(directory, Propagation.SHARED, false);
  }

  /**
   * Unmounts the topmost mount at a path. Fails with {@code EBUSY} while files on it are open and
   * with {@code EINVAL} when nothing is mounted there.
   */
  public static void unmount(Path target) throws ErrnoException {
    unmount(target, UMOUNT_NOFOLLOW);
  }

  /**
   * Takes the topmost mount at a path away at once, with all below it; what still uses it keeps it
   * alive unseen.
   */
  public static void detach(Path target) throws ErrnoException {
    unmount(target, UMOUNT_NOFOLLOW | MNT_DETACH);
  }

  private static void unmount(Path target, int flags) throws ErrnoException {
    PlatformThread.run("unmount", () -> unmountHere(target, flags));
  }

  private static void unmountHere(Path target, int flags) throws ErrnoException {
    if (LibC.umount2(c(target), flags) < 0) {
      throw ErrnoException.last("unmount " + target);
    }
  }

  /**
   * Whether something is mounted exactly there (a bind mount of a directory on itself counts);
   * false when the path does not exist.
   */
  public static boolean isMountPoint(Path path) throws ErrnoException {
    byte[] buffer = new byte[256];
    int flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT;
    if (LibC.statx(AT_FDCWD, c(path), flags, 0, buffer) < 0) {
      int errno = Native.getLastError();
      if (errno == Errno.ENOENT || errno == Errno.ENOTDIR) {
        return false;
      }
      throw new ErrnoException("stat " + path, errno);
    }
    ByteBuffer statx = ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder());
    if ((statx.getLong(56) & STATX_ATTR_MOUNT_ROOT) != 0) {
      return (statx.getLong(8) & STATX_ATTR_MOUNT_ROOT) != 0;
    }
    String wanted = path.toAbsolutePath().normalize().toString(); // before Linux 5.8
    return MountInfo.list().stream().anyMatch(m -> m.mountPoint().equals(wanted));
  }

  /**
   * Whether the kernel has a file system, loading its module where needed. Before Linux 5.2:
   * whether it is loaded.
   */
  public static boolean supports(String type) {
    long context = LibC.syscall(OverlayMount.SYS_FSOPEN, c(type), 1);
    if (context >= 0) {
      Fd.owning((int) context, type).close();
      return true;
    }
    if (Native.getLastError() != Errno.ENOSYS) {
      return false;
    }
    return Kernel.fileSystems().contains(type);
  }

  /**
   * The directory a mount covers: opened in a private copy of the mount its parent is on, in which
   * nothing is mounted. Needs Linux 5.2.
   *
   * @param path with nothing but directories in it
   */
  public static Directory openBelowMount(Path path) throws ErrnoException {
    Path parent = path.toAbsolutePath().getParent();
    if (parent == null) {
      throw new ErrnoException("open below " + path, Errno.EINVAL);
    }
    long copy =
        LibC.syscall(SYS_OPEN_TREE, AT_FDCWD, c(parent), OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
    if (copy < 0) {
      throw ErrnoException.last("copy the mount of " + parent);
    }
    try (Directory tree = Directory.of(Fd.owning((int) copy, parent.toString()))) {
      return tree.openDirectory(path.getFileName().toString());
    }
  }

  private static void readOnlyWithAllBelow(Path target) throws ErrnoException {
    long[] attributes = {MOUNT_ATTR_RDONLY, 0, 0, 0};
    if (LibC.syscall(SYS_MOUNT_SETATTR, AT_FDCWD, c(target), AT_RECURSIVE, attributes, 32) < 0) {
      throw ErrnoException.last("make " + target + " read-only with all below");
    }
  }

  /** A step after the mount itself. */
  private interface Step {
    void run() throws ErrnoException;
  }

  private static void orUnmount(Path target, Step step) throws ErrnoException {
    try {
      step.run();
    } catch (ErrnoException e) {
      LibC.umount2(c(target), UMOUNT_NOFOLLOW | MNT_DETACH);
      throw e;
    }
  }

  private static void call(
      String what, String source, Path target, @Nullable String type, long flags, String data)
      throws ErrnoException {
    int result =
        LibC.mount(
            c(source),
            c(target),
            type == null ? null : c(type),
            flags,
            data.isEmpty() ? null : c(data));
    if (result < 0) {
      throw ErrnoException.last(what);
    }
  }

  static byte[] c(Path path) {
    return c(path.toString());
  }

  static byte[] c(String text) {
    byte[] bytes = FileName.toBytes(text);
    return Arrays.copyOf(bytes, bytes.length + 1);
  }
}
