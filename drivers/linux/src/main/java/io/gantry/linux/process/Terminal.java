package io.gantry.linux.process;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Descriptor;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The terminal that a process is master of (pty(7)). */
public final class Terminal implements AutoCloseable {

  private static final int WINSIZE = 8;

  private final Descriptor master;

  private Terminal(Descriptor master) {
    this.master = master;
  }

  /** Takes the terminal of a process; empty when it is not master of one. */
  public static Optional<Terminal> of(PidFd process) throws IOException {
    Path descriptors = Path.of("/proc", Integer.toString(process.pid()), "fd");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(descriptors)) {
      for (Path entry : entries) {
        if (isMaster(entry)) {
          int number = Integer.parseInt(String.valueOf(entry.getFileName()));
          return Optional.of(new Terminal(process.descriptor(number)));
        }
      }
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (ErrnoException e) {
      // It has ended, or closed it, meanwhile.
      if (e.errno() == Errno.ESRCH || e.errno() == Errno.EBADF) {
        return Optional.empty();
      }
      throw e;
    }
    return Optional.empty();
  }

  private static boolean isMaster(Path entry) throws IOException {
    try {
      return Files.readSymbolicLink(entry).toString().endsWith("ptmx");
    } catch (NoSuchFileException e) {
      // Closed meanwhile.
      return false;
    }
  }

  /** Sets its size; takes effect before this returns. */
  public void resize(int rows, int columns) throws IOException {
    int fd = master.acquire();
    try (Memory size = new Memory(WINSIZE)) {
      size.clear();
      size.setShort(0, (short) rows);
      size.setShort(2, (short) columns);
      if (ProcessCalls.ioctl(fd, ProcessCalls.TIOCSWINSZ, Pointer.nativeValue(size)) != 0) {
        throw ErrnoException.last("set the size of a terminal");
      }
    } finally {
      master.release();
    }
  }

  @Override
  public void close() {
    master.close();
  }
}
