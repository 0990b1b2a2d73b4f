package io.gantry.oci;

import io.gantry.linux.process.SealedProgram;
import io.gantry.plugins.DriverException;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The program of a runtime, and what is executed for it: crun from a sealed copy in memory, which
 * saves it from making a protected copy of itself each time (2 ms); any other as it is. A program
 * that is replaced on disk is copied anew.
 */
final class RuntimeProgram implements AutoCloseable {

  private static final Logger LOG = System.getLogger(RuntimeProgram.class.getName());

  /** A copy and the time of the file it was made from; no copy when that failed. */
  private record Copy(FileTime changed, Optional<SealedProgram> program) {}

  private final Path path;
  private final boolean crun;
  private final boolean missing;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Copy copy;

  RuntimeProgram(Path path) {
    this(path, false);
  }

  private RuntimeProgram(Path path, boolean missing) {
    this.path = path;
    this.crun = !missing && String.valueOf(path.getFileName()).contains("crun");
    this.missing = missing;
  }

  /** Of a runtime that is not configured any more, though there are containers of it. */
  static RuntimeProgram missing(String runtime) {
    return new RuntimeProgram(Path.of(runtime), true);
  }

  /** Docker's word for a name that is not configured. */
  static DriverException unknown(String runtime) {
    return new DriverException(
        DriverException.Kind.INVALID, "unknown or invalid runtime name: " + runtime);
  }

  Path path() {
    return path;
  }

  boolean isCrun() {
    return crun;
  }

  /** The time the program was installed. */
  FileTime changed() throws IOException {
    return Files.getLastModifiedTime(path);
  }

  /** What to execute. */
  String executable() throws IOException {
    if (missing) {
      throw unknown(path.toString());
    }
    if (!crun) {
      return path.toString();
    }
    FileTime changed = changed();
    Copy now = copy;
    if (now == null || !now.changed().equals(changed)) {
      now = renew(changed);
    }
    return now.program().map(SealedProgram::path).orElse(path.toString());
  }

  private Copy renew(FileTime changed) {
    lock.lock();
    try {
      Copy now = copy;
      if (now != null && now.changed().equals(changed)) {
        return now;
      }
      // An older copy stays open: a monitor may be about to execute it.
      Optional<SealedProgram> program = Optional.empty();
      try {
        program = Optional.of(SealedProgram.copyOf(path));
      } catch (IOException e) {
        LOG.log(Level.INFO, path + " is run from disk", e);
      }
      Copy next = new Copy(changed, program);
      copy = next;
      return next;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    Copy last = copy;
    if (last != null) {
      last.program().ifPresent(SealedProgram::close);
    }
  }
}
