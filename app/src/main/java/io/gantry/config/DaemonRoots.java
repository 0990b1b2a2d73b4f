package io.gantry.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The daemon's hold on its directories: while this is open, no other daemon uses the same data
 * root, exec root or pid file. The kernel lets go of the hold when the process ends, however it
 * ends, so nothing stale can be left behind.
 */
public final class DaemonRoots implements AutoCloseable {

  /** Makes a directory a data root: one that has it was made by Gantry. */
  private static final String LOCK = "gantry.lock";

  /** The administrator's, who may have made it before the first start. */
  private static final String HOOKS = "hooks";

  /**
   * What is of containers and images below the exec root: no user of the host may reach a program
   * in their files (CVE-2021-41091), or read what an exec was given.
   */
  private static final List<String> OF_CONTAINERS =
      List.of("rootfs", "shm", "subpaths", "image", "image-mounts", "execs");

  /** What other engines keep at the top of their data roots, and Gantry does not. */
  private static final Set<String> FOREIGN =
      Set.of(
          "buildkit",
          "containerd",
          "engine-id",
          "runtimes",
          "swarm",
          "trust",
          "libpod",
          "overlay-images",
          "overlay-layers",
          "overlay-containers",
          "storage.lock",
          "db.sql");

  /** One file that is locked for as long as the daemon lives. */
  private record Hold(Path path, FileChannel channel) {}

  private final Deque<Hold> holds = new ArrayDeque<>();
  private final Path pidFile;
  private final Path hooks;

  private DaemonRoots(Path pidFile, Path hooks) {
    this.pidFile = pidFile;
    this.hooks = hooks;
  }

  /** Where the programs are that may be hooks; the administrator's. */
  public Path hooks() {
    return hooks;
  }

  /**
   * Makes the directories if they are missing and takes hold of them.
   *
   * @throws ConfigurationException when not root, when another daemon has one of them, or when the
   *     data root holds what is not Gantry's; nothing is changed then
   */
  public static DaemonRoots take(DaemonOptions options) {
    requireRoot();
    DaemonRoots roots = new DaemonRoots(options.pidFile(), options.dataRoot().resolve(HOOKS));
    try {
      refuseForeign(options.dataRoot());
      roots.directory(options.dataRoot(), "rwx--x---");
      roots.hold(options.dataRoot().resolve(LOCK), "data root " + options.dataRoot());
      roots.directory(roots.hooks(), "rwx------");
      // 0711: the socket below it must be reachable for the members of its group
      roots.directory(options.execRoot(), "rwx--x--x");
      for (String name : OF_CONTAINERS) {
        roots.directory(options.execRoot().resolve(name), "rwx------");
      }
      roots.hold(options.execRoot().resolve(LOCK), "exec root " + options.execRoot());
      Files.createDirectories(parent(options.pidFile()));
      roots.hold(options.pidFile(), "pid file " + options.pidFile());
      return roots;
    } catch (IOException e) {
      roots.close();
      throw new ConfigurationException("cannot use " + describe(e), e);
    } catch (RuntimeException e) {
      roots.close();
      throw e;
    }
  }

  private static void requireRoot() {
    try {
      Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
      if (!uid.equals(0)) {
        throw new ConfigurationException("gantry daemon needs root; run it with sudo");
      }
    } catch (IOException e) {
      throw new ConfigurationException("cannot read /proc/self: " + describe(e), e);
    }
  }

  private static void refuseForeign(Path dataRoot) throws IOException {
    if (!Files.exists(dataRoot)) {
      return;
    }
    if (!Files.isDirectory(dataRoot)) {
      throw new ConfigurationException("data root " + dataRoot + " is not a directory");
    }
    boolean ours = Files.exists(dataRoot.resolve(LOCK));
    List<String> foreign;
    try (Stream<Path> entries = Files.list(dataRoot)) {
      foreign =
          entries
              .map(entry -> entry.getFileName().toString())
              .filter(name -> !name.equals("lost+found") && !name.equals(HOOKS))
              .filter(name -> !ours || FOREIGN.contains(name))
              .sorted()
              .limit(20)
              .toList();
    }
    if (!foreign.isEmpty()) {
      throw new ConfigurationException(
          "data root "
              + dataRoot
              + " holds files that are not Gantry's: "
              + String.join(", ", foreign)
              + "; name another directory with --data-root");
    }
  }

  private void directory(Path path, String permissions) throws IOException {
    try {
      Files.createDirectories(parent(path));
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions)));
    } catch (FileAlreadyExistsException e) {
      if (!Files.isDirectory(path)) {
        throw new ConfigurationException(path + " is not a directory", e);
      }
    }
    // the umask may have taken bits at creation, and an old directory may have had more
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
  }

  private void hold(Path file, String what) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file,
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--")));
    boolean locked;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      locked = false;
    }
    if (!locked) {
      channel.close();
      throw new ConfigurationException("another Gantry daemon uses " + what + owner(file));
    }
    holds.push(new Hold(file, channel));
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)),
        0);
  }

  private static String owner(Path file) {
    try {
      String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
      return text.matches("\\d{1,10}") ? " (process " + text + ")" : "";
    } catch (IOException e) {
      return "";
    }
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? Path.of("/") : parent;
  }

  private static String describe(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  /** Lets go. The data root keeps its lock file: it says whose directory it is. */
  @Override
  public void close() {
    while (!holds.isEmpty()) {
      Hold hold = holds.pop();
      try {
        if (hold.path().equals(pidFile)) {
          Files.deleteIfExists(pidFile);
        }
        hold.channel().close();
      } catch (IOException e) {
        // the process is about to end, and the lock ends with it
        System.getLogger(DaemonRoots.class.getName())
            .log(System.Logger.Level.DEBUG, "cannot let go of " + hold.path(), e);
      }
    }
  }
}
