package io.gantry.linux.process;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Descriptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A copy of a program in memory that nobody can change any more (memfd_create(2), F_SEAL_WRITE and
 * the like), to be run by its path in {@code /proc}.
 *
 * <p>crun and older runc protect themselves from a container that would overwrite them
 * (CVE-2019-5736) by running from such a copy, or a read-only mount, which they make anew each
 * time; they recognise one that they are started from, and go on at once.
 */
public final class SealedProgram implements AutoCloseable {

  private static final int LARGEST = 64 << 20;

  private final Descriptor descriptor;
  private final String path;

  private SealedProgram(Descriptor descriptor, String path) {
    this.descriptor = descriptor;
    this.path = path;
  }

  public static SealedProgram copyOf(Path program) throws IOException {
    if (Files.size(program) > LARGEST) {
      throw new IOException(program + " is too large to be kept in memory");
    }
    byte[] content = Files.readAllBytes(program);
    String name = String.valueOf(program.getFileName());
    int flags = ProcessCalls.MFD_CLOEXEC | ProcessCalls.MFD_ALLOW_SEALING;
    int fd = ProcessCalls.memfd_create(name, flags | ProcessCalls.MFD_EXEC);
    if (fd < 0) {
      // Before Linux 6.3 every one can be executed, and the flag is unknown.
      fd = ProcessCalls.memfd_create(name, flags);
    }
    if (fd < 0) {
      throw ErrnoException.last("create a file in memory");
    }
    Descriptor descriptor = new Descriptor(fd);
    try (Memory buffer = new Memory(Math.max(1, content.length))) {
      buffer.write(0, content, 0, content.length);
      long written = 0;
      while (written < content.length) {
        long count =
            ProcessCalls.write(fd, Pointer.nativeValue(buffer) + written, content.length - written);
        if (count <= 0) {
          throw ErrnoException.last("copy " + program);
        }
        written += count;
      }
      if (ProcessCalls.fcntl(fd, ProcessCalls.F_ADD_SEALS, ProcessCalls.ALL_SEALS) != 0) {
        throw ErrnoException.last("seal the copy of " + program);
      }
      return new SealedProgram(descriptor, "/proc/" + ProcessHandle.current().pid() + "/fd/" + fd);
    } catch (IOException e) {
      descriptor.close();
      throw e;
    }
  }

  /** What to execute, as long as this is open. */
  public String path() {
    return path;
  }

  @Override
  public void close() {
    descriptor.close();
  }
}
