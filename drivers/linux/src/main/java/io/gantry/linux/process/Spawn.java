package io.gantry.linux.process;

import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.Pointer;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.poll.Descriptor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code posix_spawn(3)}: the program gets the mount namespace of the calling thread, a session of
 * its own, no blocked or ignored signals, and only the descriptors of its command ({@code
 * closefrom}; the JDK's own are not all closed on exec).
 */
final class Spawn {

  /**
   * Larger than {@code posix_spawn_file_actions_t} and {@code posix_spawnattr_t} of glibc (80 and
   * 336) and musl.
   */
  private static final int OPAQUE = 1024;

  private static final int SIGSET = 128;
  private static final int O_RDWR = 2;

  /** Numbers from here on do not collide with those in the program. */
  private static final int ABOVE = Command.HIGHEST + 1;

  private Spawn() {}

  /** Starts a program and gives its process number. The caller reaps it. */
  static int start(Command command) throws IOException {
    String program = command.program();
    List<Descriptor> sources = new ArrayList<>();
    try (Memory actions = new Memory(OPAQUE);
        Memory attributes = new Memory(OPAQUE);
        Memory signals = new Memory(SIGSET);
        Strings arguments = new Strings(command.arguments());
        Strings environment =
            new Strings(
                command.environment().entrySet().stream()
                    .map(e -> e.getKey() + "=" + e.getValue())
                    .toList())) {
      long action = Pointer.nativeValue(actions);
      long attribute = Pointer.nativeValue(attributes);
      check(program, ProcessCalls.posix_spawn_file_actions_init(action));
      check(program, ProcessCalls.posix_spawnattr_init(attribute));
      try {
        String directory = command.directory().toString();
        check(program, ProcessCalls.posix_spawn_file_actions_addchdir_np(action, directory));
        int highest = 2;
        for (int stream = 0; stream <= 2; stream++) {
          if (!command.descriptors().containsKey(stream)) {
            check(
                program,
                ProcessCalls.posix_spawn_file_actions_addopen(
                    action, stream, "/dev/null", O_RDWR, 0));
          }
        }
        for (Map.Entry<Integer, Descriptor> entry : command.descriptors().entrySet()) {
          Descriptor source = entry.getValue().duplicateAbove(ABOVE);
          sources.add(source);
          int fd = source.acquire();
          source.release();
          check(program, ProcessCalls.posix_spawn_file_actions_adddup2(action, fd, entry.getKey()));
          highest = Math.max(highest, entry.getKey());
        }
        for (int number = 3; number < highest; number++) {
          if (!command.descriptors().containsKey(number)) {
            check(program, ProcessCalls.posix_spawn_file_actions_addclose(action, number));
          }
        }
        check(program, ProcessCalls.posix_spawn_file_actions_addclosefrom_np(action, highest + 1));
        signals(program, attribute, Pointer.nativeValue(signals));
        int[] pid = new int[1];
        check(
            program,
            ProcessCalls.posix_spawn(
                pid, program, action, attribute, arguments.address(), environment.address()));
        return pid[0];
      } finally {
        var _ = ProcessCalls.posix_spawn_file_actions_destroy(action);
        var _ = ProcessCalls.posix_spawnattr_destroy(attribute);
      }
    } finally {
      sources.forEach(Descriptor::close);
    }
  }

  private static void signals(String program, long attribute, long set) throws IOException {
    var _ = ProcessCalls.sigemptyset(set);
    check(program, ProcessCalls.posix_spawnattr_setsigmask(attribute, set));
    var _ = ProcessCalls.sigfillset(set);
    check(program, ProcessCalls.posix_spawnattr_setsigdefault(attribute, set));
    short flags =
        ProcessCalls.POSIX_SPAWN_SETSIGMASK
            | ProcessCalls.POSIX_SPAWN_SETSIGDEF
            | ProcessCalls.POSIX_SPAWN_SETSID;
    check(program, ProcessCalls.posix_spawnattr_setflags(attribute, flags));
  }

  private static void check(String program, int errno) throws ErrnoException {
    if (errno != 0) {
      throw new ErrnoException("start " + program, errno);
    }
  }

  /** A NULL-terminated array of C strings. */
  private static final class Strings implements AutoCloseable {

    private final Memory array;
    private final Memory text;

    Strings(List<String> strings) {
      List<byte[]> encoded = strings.stream().map(s -> s.getBytes(StandardCharsets.UTF_8)).toList();
      text = new Memory(encoded.stream().mapToLong(b -> b.length + 1L).sum() + 1);
      array = new Memory((encoded.size() + 1L) * Native.POINTER_SIZE);
      long offset = 0;
      for (int i = 0; i < encoded.size(); i++) {
        byte[] bytes = encoded.get(i);
        text.write(offset, bytes, 0, bytes.length);
        text.setByte(offset + bytes.length, (byte) 0);
        array.setPointer((long) i * Native.POINTER_SIZE, text.share(offset));
        offset += bytes.length + 1L;
      }
      array.setPointer((long) encoded.size() * Native.POINTER_SIZE, Pointer.NULL);
    }

    long address() {
      return Pointer.nativeValue(array);
    }

    @Override
    public void close() {
      array.close();
      text.close();
    }
  }
}
