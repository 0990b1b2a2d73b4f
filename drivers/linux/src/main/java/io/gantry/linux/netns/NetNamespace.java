package io.gantry.linux.netns;

import com.sun.jna.Native;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.netlink.RouteBatch;
import io.gantry.linux.netlink.RouteSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/**
 * Network namespaces that are kept by a bind mount of their {@code nsfs} file ({@code
 * network_namespaces(7)}): they live until the mount is removed and the last process has left. Work
 * inside one is done on a thread of {@link NetThreads} that enters it and comes back.
 */
public final class NetNamespace {

  private static final String OWN = "/proc/thread-self/ns/net";

  private NetNamespace() {}

  /**
   * Makes a namespace, its loopback up, and keeps it at the path. The file is made, its directory
   * must exist.
   */
  public static void create(Path path) throws IOException {
    Files.createFile(path);
    try {
      NetThreads.call(
          () -> {
            int home = open(OWN);
            try {
              check(
                  NamespaceCalls.unshare(NamespaceCalls.CLONE_NEWNET),
                  "create a network namespace");
              try (RouteSocket socket = RouteSocket.open()) {
                check(
                    NamespaceCalls.mount(OWN, path.toString(), null, NamespaceCalls.MS_BIND, null),
                    "keep a network namespace at " + path);
                socket.run(new RouteBatch().setUp(1));
              } finally {
                enter(home);
              }
              return true;
            } finally {
              NamespaceCalls.close(home);
            }
          });
    } catch (IOException | RuntimeException e) {
      remove(path);
      throw e;
    }
  }

  /**
   * Lets go of the namespace: what is in it goes when no process is in it any more. Does nothing
   * when it is gone.
   */
  public static void remove(Path path) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    int flags = NamespaceCalls.MNT_DETACH | NamespaceCalls.UMOUNT_NOFOLLOW;
    while (NamespaceCalls.umount2(path.toString(), flags) < 0) {
      int errno = Native.getLastError();
      if (errno == Errno.EINVAL || errno == Errno.ENOENT) {
        break;
      }
      if (errno != Errno.EINTR) {
        throw new ErrnoException("unmount the network namespace " + path, errno);
      }
    }
    Files.deleteIfExists(path);
  }

  /**
   * Whether a namespace is kept at the path, and not only an empty file of a creation that was cut
   * off.
   */
  public static boolean exists(Path path) {
    try {
      Object device = Files.getAttribute(path, "unix:dev");
      return !device.equals(Files.getAttribute(path.toAbsolutePath().getParent(), "unix:dev"));
    } catch (IOException e) {
      return false;
    }
  }

  /** Runs the task in the namespace. Sockets it opens belong to the namespace for good. */
  public static <T> T inside(Path path, Callable<T> task) throws IOException {
    return NetThreads.call(
        () -> {
          int home = open(OWN);
          try {
            int there = open(path.toString());
            try {
              check(
                  NamespaceCalls.setns(there, NamespaceCalls.CLONE_NEWNET),
                  "enter the network namespace " + path);
            } finally {
              NamespaceCalls.close(there);
            }
            try {
              return task.call();
            } finally {
              enter(home);
            }
          } finally {
            NamespaceCalls.close(home);
          }
        });
  }

  /** Gives a file descriptor of the namespace to the task; it is closed afterwards. */
  public static <T> T withDescriptor(Path path, DescriptorTask<T> task) throws IOException {
    int fd = open(path.toString());
    try {
      return task.run(fd);
    } finally {
      NamespaceCalls.close(fd);
    }
  }

  /** Work with a file descriptor. */
  @FunctionalInterface
  public interface DescriptorTask<T> {
    T run(int descriptor) throws IOException;
  }

  private static void enter(int home) throws IOException {
    if (NamespaceCalls.setns(home, NamespaceCalls.CLONE_NEWNET) < 0) {
      NetThreads.retire();
      throw ErrnoException.last("return to the host's network namespace");
    }
  }

  private static int open(String path) throws IOException {
    int fd = NamespaceCalls.open(path, NamespaceCalls.O_CLOEXEC);
    if (fd < 0) {
      throw ErrnoException.last("open " + path);
    }
    return fd;
  }

  private static void check(int result, String action) throws IOException {
    if (result < 0) {
      throw ErrnoException.last(action);
    }
  }
}
