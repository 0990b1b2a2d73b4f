package io.gantry.oci;

import io.gantry.linux.poll.Descriptor;
import io.gantry.linux.poll.Fifo;
import io.gantry.linux.poll.Pipe;
import io.gantry.linux.poll.PipeReader;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Child;
import io.gantry.linux.process.Command;
import io.gantry.linux.process.Launcher;
import io.gantry.plugins.FailPoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One OCI runtime program with a state directory of its own.
 *
 * @param name as containers name it
 * @param program what is run
 * @param stateRoot its {@code --root}
 */
record OciRuntime(String name, RuntimeProgram program, Path stateRoot) {

  private static final int OUTPUT_LIMIT = 64 * 1024;

  /** What a run of the program gave: both streams in one text. */
  record Result(int exitCode, String output) {}

  /** Whether it is crun, with whose state directory and annotations this driver is acquainted. */
  boolean isCrun() {
    return program.isCrun();
  }

  Path state(String id) {
    return stateRoot.resolve(Layout.checked(id));
  }

  /** Exists from create to start in crun and runc. */
  Path startFifo(String id) {
    return state(id).resolve("exec.fifo");
  }

  boolean awaitsStart(String id) {
    return startFifo(id).toFile().exists();
  }

  /**
   * Does what {@code crun start} does where it is given no poststart hooks, in all versions since
   * 2018: opens the pipe the container's init reads from, removes it, writes one byte.
   *
   * @return false when that is not possible and the program has to be asked
   */
  boolean startDirectly(String id) throws IOException {
    if (!isCrun()) {
      return false;
    }
    Optional<Fifo> fifo = Fifo.open(startFifo(id));
    if (fifo.isEmpty()) {
      return false;
    }
    try (Fifo start = fifo.get()) {
      start.write(new byte[1]);
    }
    FailPoint.hit("runtime.start.released");
    // after it: as long as the fifo is there, a start that was cut off is one to be undone
    Files.deleteIfExists(startFifo(id));
    return true;
  }

  /** Runs the program with this runtime's root. */
  Result run(Launcher launcher, Poller poller, Path directory, String... arguments)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(program.executable());
    command.add("--root");
    command.add(stateRoot.toString());
    command.addAll(List.of(arguments));
    return run(launcher, poller, directory, command);
  }

  static Result run(Launcher launcher, Poller poller, Path directory, List<String> command)
      throws IOException {
    try (Pipe pipe = Pipe.open();
        PipeReader reader = new PipeReader(poller, pipe.readEnd(), OUTPUT_LIMIT)) {
      Map<Integer, Descriptor> streams = Map.of(1, pipe.writeEnd(), 2, pipe.writeEnd());
      Child child =
          launcher.start(new Command(command, Map.of("PATH", Programs.PATH), directory, streams));
      pipe.writeEnd().close();
      String output = reader.rest();
      return new Result(child.exit().join().exitCode(), output);
    }
  }
}
