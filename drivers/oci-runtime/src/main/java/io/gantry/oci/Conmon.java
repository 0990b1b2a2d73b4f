package io.gantry.oci;

import io.gantry.linux.cgroup.MigrationWindow;
import io.gantry.linux.poll.Descriptor;
import io.gantry.linux.poll.Pipe;
import io.gantry.linux.poll.PipeReader;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Command;
import io.gantry.linux.process.Launcher;
import io.gantry.linux.process.Signals;
import io.gantry.plugins.FailPoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletionException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Starts conmon, the monitor that owns the streams of one container or exec and writes down its
 * exit code (conmon(8), API version 1).
 *
 * <p>It is started with {@code /dev/null} for its own streams and no descriptors but its pipes; it
 * leaves its parent at once (double fork, session of its own). On its sync pipe it writes JSON
 * lines.
 */
final class Conmon {

  /** What the runtime printed, at most 8 KiB, in JSON. */
  private static final int LINE_LIMIT = 128 * 1024;

  private static final int SYNC = 3;
  private static final int START = 4;
  private static final int ATTACH = 5;

  private final Path program;
  private final Poller poller;
  private final MigrationWindow migrations;

  Conmon(Path program, Poller poller, MigrationWindow migrations) {
    this.program = program;
    this.poller = poller;
    this.migrations = migrations;
  }

  /**
   * A line from the sync pipe.
   *
   * @param data a process number or exit code; negative when it failed
   * @param message what the runtime printed
   */
  record Message(int data, String message) {

    private static final JsonMapper JSON = JsonMapper.shared();

    static Message parse(String line) throws IOException {
      try {
        JsonNode node = JSON.readTree(line);
        return new Message(node.path("data").asInt(-1), node.path("message").asString(""));
      } catch (JacksonException e) {
        throw new IOException("the monitor wrote what is not JSON", e);
      }
    }
  }

  /** Starts a monitor that lets the runtime create a container; waits until that is done. */
  Message create(
      Launcher launcher,
      OciRuntime runtime,
      Layout layout,
      String id,
      boolean tty,
      boolean openStdin,
      boolean endStdin,
      Optional<Path> journal)
      throws IOException {
    Path bundle = layout.bundle(id);
    List<String> arguments = common(runtime, id, id, bundle, layout.exits(), tty, openStdin);
    arguments.add("--log-path");
    arguments.add(journal.map(j -> "k8s-file:" + j).orElse("none"));
    if (openStdin && !endStdin) {
      arguments.add("--leave-stdin-open");
    }
    try (var expectation = migrations.expect();
        Pipe sync = Pipe.open();
        PipeReader reader = new PipeReader(poller, sync.readEnd(), LINE_LIMIT)) {
      var started = launcher.start(command(arguments, bundle, Map.of(SYNC, sync.writeEnd())));
      FailPoint.hit("runtime.create.monitored");
      sync.writeEnd().close();
      Optional<String> line = reader.line();
      // It writes its pid file before it ends.
      var _ = started.exit().join();
      return line.isPresent()
          ? Message.parse(line.get())
          : new Message(-1, "the monitor of container " + id + " ended");
    } catch (CompletionException e) {
      throw new IOException("the monitor of container " + id + " was lost", e);
    }
  }

  /** The pipes of an exec's monitor. The caller closes it when the exec has ended. */
  record ExecPipes(
      PipeReader sync,
      Optional<Pipe> start,
      Optional<PipeReader> attach,
      MigrationWindow.Expectation expectation)
      implements AutoCloseable {

    /** Waits until its socket can be connected to; false when it ended before. */
    boolean awaitSocket() throws IOException {
      return attach.isPresent() && attach.get().line().isPresent();
    }

    /** Lets it run the runtime. */
    void go() throws IOException {
      if (start.isPresent()) {
        start.get().signal();
      }
    }

    /**
     * The next message: the process number, then the exit code. Empty when the monitor has ended.
     */
    Optional<Message> message() throws IOException {
      Optional<String> line = sync.line();
      expectation.close();
      return line.isPresent() ? Optional.of(Message.parse(line.get())) : Optional.empty();
    }

    @Override
    public void close() {
      expectation.close();
      sync.close();
      start.ifPresent(Pipe::close);
      attach.ifPresent(PipeReader::close);
    }
  }

  /**
   * Starts the monitor of an exec.
   *
   * @param connected it waits for a connection and {@link ExecPipes#go} before it runs the process
   * @param umask of the process, which runc takes from who starts it and not from the specification
   */
  ExecPipes exec(
      Launcher launcher,
      OciRuntime runtime,
      String id,
      String execId,
      Path directory,
      Path process,
      boolean tty,
      boolean openStdin,
      boolean connected,
      OptionalInt umask)
      throws IOException {
    List<String> arguments =
        common(runtime, id, execId, directory, directory.resolve("exit"), tty, openStdin);
    arguments.add("--log-path");
    arguments.add("none");
    arguments.add("--exec");
    arguments.add("--exec-process-spec");
    arguments.add(process.toString());
    if (connected) {
      arguments.add("--exec-attach");
    }
    Pipe sync = Pipe.open();
    PipeReader syncReader = new PipeReader(poller, sync.readEnd(), LINE_LIMIT);
    Optional<Pipe> start = connected ? Optional.of(Pipe.open()) : Optional.empty();
    Optional<Pipe> attach = connected ? Optional.of(Pipe.open()) : Optional.empty();
    Optional<PipeReader> attachReader =
        attach.isPresent()
            ? Optional.of(new PipeReader(poller, attach.get().readEnd(), LINE_LIMIT))
            : Optional.empty();
    ExecPipes pipes = new ExecPipes(syncReader, start, attachReader, migrations.expect());
    try {
      Map<Integer, Descriptor> descriptors =
          connected
              ? Map.of(
                  SYNC,
                  sync.writeEnd(),
                  START,
                  start.orElseThrow().readEnd(),
                  ATTACH,
                  attach.orElseThrow().writeEnd())
              : Map.of(SYNC, sync.writeEnd());
      var _ = launcher.start(command(arguments, directory, descriptors).withUmask(umask));
      FailPoint.hit("runtime.exec.monitored");
      // The first of two: it waits for it before it leaves its parent, so that one could move it to
      // a cgroup.
      pipes.go();
      return pipes;
    } catch (IOException | RuntimeException e) {
      pipes.close();
      throw e;
    } finally {
      sync.writeEnd().close();
      attach.ifPresent(p -> p.writeEnd().close());
    }
  }

  private List<String> common(
      OciRuntime runtime,
      String id,
      String own,
      Path bundle,
      Path exits,
      boolean tty,
      boolean openStdin)
      throws IOException {
    List<String> arguments = new ArrayList<>();
    arguments.addAll(List.of(program.toString(), "--api-version", "1"));
    arguments.addAll(List.of("--cid", id, "--cuuid", own, "--name", own));
    arguments.addAll(List.of("--runtime", runtime.program().executable()));
    arguments.addAll(List.of("--runtime-arg", "--root"));
    arguments.addAll(List.of("--runtime-arg", runtime.stateRoot().toString()));
    arguments.addAll(List.of("--bundle", bundle.toString()));
    arguments.addAll(List.of("--container-pidfile", bundle.resolve("pidfile").toString()));
    arguments.addAll(List.of("--conmon-pidfile", bundle.resolve("conmon.pid").toString()));
    arguments.addAll(List.of("--exit-dir", exits.toString()));
    arguments.addAll(List.of("--persist-dir", Layout.persist(bundle).toString()));
    // Never "debug": its messages would get into an exec's output.
    arguments.addAll(List.of("--full-attach", "--no-sync-log", "--log-level", "error"));
    if (tty) {
      arguments.add("--terminal");
    }
    if (openStdin) {
      arguments.add("--stdin");
    }
    return arguments;
  }

  private static Command command(
      List<String> arguments, Path directory, Map<Integer, Descriptor> descriptors) {
    Map<String, String> environment =
        descriptors.containsKey(START)
            ? Map.of(
                "PATH",
                Programs.PATH,
                "_OCI_SYNCPIPE",
                Integer.toString(SYNC),
                "_OCI_STARTPIPE",
                Integer.toString(START),
                "_OCI_ATTACHPIPE",
                Integer.toString(ATTACH))
            : Map.of("PATH", Programs.PATH, "_OCI_SYNCPIPE", Integer.toString(SYNC));
    return new Command(arguments, environment, directory, descriptors);
  }

  /**
   * The number of the monitor that works in a directory; empty when none has been started there.
   */
  static Optional<Integer> pid(Path directory) throws IOException {
    return number(directory.resolve("conmon.pid"));
  }

  /** The process that the monitor of a directory runs, if it got so far. */
  static Optional<Integer> processPid(Path directory) throws IOException {
    return number(directory.resolve("pidfile"));
  }

  static Optional<Integer> number(Path file) throws IOException {
    try {
      String text = Files.readString(file, StandardCharsets.US_ASCII).strip();
      return text.isEmpty() ? Optional.empty() : Optional.of(Integer.parseInt(text));
    } catch (NoSuchFileException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * Ends the monitor of a directory that a dead daemon may have left, and the runtime it may be
   * running: they are one process group.
   */
  static void killLeftover(Path directory) throws IOException {
    Optional<Integer> pid = pid(directory);
    if (pid.isPresent() && pid.get() > 1 && worksIn(pid.get(), directory)) {
      var _ = Signals.send(-pid.get(), Signals.SIGKILL);
      var _ = Signals.send(pid.get(), Signals.SIGKILL);
    }
  }

  /**
   * Ends what the hooks of a container have left whose create has failed just now: it is in the
   * monitor's process group, which outlives the monitor. The group's number means another one only
   * when this one is empty and all numbers have been used since.
   */
  static void killHooks(Path bundle) throws IOException {
    killLeftover(bundle);
    Optional<Integer> pid = pid(bundle);
    if (pid.isPresent() && pid.get() > 1 && commandLine(pid.get()).isEmpty()) {
      var _ = Signals.send(-pid.get(), Signals.SIGKILL);
    }
  }

  /** Whether the process is a monitor of this directory, and not another that got its number. */
  static boolean worksIn(int pid, Path directory) {
    return commandLine(pid).contains("\0--bundle\0" + directory + "\0");
  }

  /** Empty for a process that is gone, or on its way: a zombie, say, has none any more. */
  private static String commandLine(int pid) {
    try {
      return new String(
          Files.readAllBytes(Path.of("/proc", Integer.toString(pid), "cmdline")),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "";
    }
  }
}
