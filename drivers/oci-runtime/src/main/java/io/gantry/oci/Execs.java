package io.gantry.oci;

import io.gantry.linux.file.Directory;
import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Launcher;
import io.gantry.linux.process.PidFd;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import io.gantry.plugins.FailPoint;
import io.gantry.plugins.runtime.Attachment;
import io.gantry.plugins.runtime.ExecSpec;
import io.gantry.plugins.runtime.LaunchException;
import io.gantry.plugins.runtime.OutputSink;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Runs further processes in containers, each with a monitor and a directory of its own. */
final class Execs {

  private static final Logger LOG = System.getLogger(Execs.class.getName());

  private final Layout layout;
  private final Poller poller;
  private final Launcher launcher;
  private final Conmon conmon;
  private final Buffers buffers;

  Execs(Layout layout, Poller poller, Launcher launcher, Conmon conmon, Buffers buffers) {
    this.layout = layout;
    this.poller = poller;
    this.launcher = launcher;
    this.conmon = conmon;
    this.buffers = buffers;
  }

  ExecSession start(Container container, ExecSpec spec, OutputSink output) throws IOException {
    String id = container.id();
    Path directory = layout.exec(id, spec.execId());
    if (directory.toFile().exists()) {
      throw new DriverException(
          Kind.CONFLICT, "container " + id + " has an exec " + spec.execId() + " already");
    }
    makeDirectories(id, directory);
    try {
      Path process = directory.resolve("process.json");
      Files.writeString(process, spec.process());
      FailPoint.hit("runtime.exec.intended");
      return launch(container, spec, directory, process, output);
    } catch (IOException | RuntimeException e) {
      Directory.deleteTree(directory);
      throw e;
    }
  }

  /** Not the bundle: that is gone when the container is being removed. */
  private void makeDirectories(String id, Path directory) throws IOException {
    try {
      if (!layout.execs(id).toFile().exists()) {
        Files.createDirectory(layout.execs(id));
      }
    } catch (FileAlreadyExistsException e) {
      // by another exec
    } catch (NoSuchFileException e) {
      throw notRunning(id, e);
    }
    try {
      Files.createDirectory(directory);
      Files.createDirectory(directory.resolve("exit"));
      Files.createDirectory(Layout.persist(directory));
    } catch (NoSuchFileException e) {
      throw notRunning(id, e);
    }
  }

  private static DriverException notRunning(String id, NoSuchFileException e) {
    return new DriverException(Kind.NOT_FOUND, "container " + id + " is not running", e);
  }

  private ExecSession launch(
      Container container, ExecSpec spec, Path directory, Path process, OutputSink output)
      throws IOException {
    Conmon.ExecPipes pipes =
        conmon.exec(
            launcher,
            container.runtime(),
            container.id(),
            spec.execId(),
            directory,
            process,
            spec.tty(),
            spec.openStdin(),
            spec.connected(),
            umask(spec.process()));
    Optional<Attachment> streams = Optional.empty();
    try {
      if (spec.connected() && pipes.awaitSocket()) {
        streams =
            Optional.of(
                StreamConnection.open(
                    poller, buffers, directory, spec.openStdin(), spec.openStdin(), output));
        pipes.go();
      }
      Optional<Conmon.Message> first = pipes.message();
      if (first.isEmpty() || first.get().data() <= 0) {
        throw LaunchFailure.exec(
            first.map(Conmon.Message::message).orElse(""), program(spec.process()));
      }
      FailPoint.hit("runtime.exec.started");
      int pid = first.get().data();
      ExecSession session =
          new ExecSession(
              container.id(),
              directory,
              pid,
              PidFd.open(poller, pid),
              hold(Conmon.pid(directory)),
              streams);
      container.execs().put(spec.execId(), session);
      session.follow(pipes, () -> container.execs().remove(spec.execId(), session));
      return session;
    } catch (IOException | RuntimeException e) {
      pipes.close();
      streams.ifPresent(Attachment::close);
      if (!(e instanceof LaunchException)) {
        Conmon.killLeftover(directory);
      }
      throw e;
    }
  }

  private Optional<PidFd> hold(Optional<Integer> pid) throws IOException {
    return pid.isPresent() ? PidFd.open(poller, pid.get()) : Optional.empty();
  }

  private static OptionalInt umask(String process) {
    JsonNode umask = parsed(process).path("user").path("umask");
    return umask.isInt() ? OptionalInt.of(umask.asInt() & 0777) : OptionalInt.empty();
  }

  private static String program(String process) {
    return BundleConfig.program(parsed(process));
  }

  private static JsonNode parsed(String process) {
    try {
      return JsonMapper.shared().readTree(process);
    } catch (JacksonException e) {
      throw new DriverException(Kind.INVALID, "the OCI process is not JSON", e);
    }
  }

  /** Takes over what an earlier daemon started in a container. */
  void adopt(Container container) throws IOException {
    for (String execId : Layout.names(layout.execs(container.id()))) {
      Path directory = layout.exec(container.id(), execId);
      Optional<Integer> pid = Conmon.processPid(directory);
      Optional<Integer> monitor = Conmon.pid(directory);
      if (pid.isEmpty() || monitor.isEmpty()) {
        LOG.log(Level.INFO, "exec {0} was cut off before it ran", execId);
        Conmon.killLeftover(directory);
        Directory.deleteTree(directory);
        continue;
      }
      boolean watched = Conmon.worksIn(monitor.get(), directory);
      boolean runs = watched || container.cgroup().processes("pids").contains(pid.get());
      ExecSession session =
          new ExecSession(
              container.id(),
              directory,
              pid.get(),
              runs ? PidFd.open(poller, pid.get()) : Optional.empty(),
              watched ? PidFd.open(poller, monitor.get()) : Optional.empty(),
              Optional.empty());
      container.execs().put(execId, session);
      session.follow(() -> {});
    }
  }
}
