package io.gantry.oci;

import io.gantry.linux.file.WholeFile;
import io.gantry.linux.process.ProcStat;
import io.gantry.plugins.runtime.ContainerSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What this driver must know of a container after a restart of the daemon. Written before the first
 * process is started, and again when the container is created; kept on a file system that a reboot
 * empties.
 *
 * @param runtime the runtime's name
 * @param cgroupPath below the mount points
 * @param openStdin standard input can be written to
 * @param endStdin standard input can be ended
 * @param poststart the configuration has hooks of this kind
 * @param poststop the configuration has hooks of this kind
 * @param init the first process; empty until the container is created
 * @param monitor its conmon; empty until the container is created, or when it died before that was
 *     written
 */
record ContainerRecord(
    String id,
    String runtime,
    String cgroupPath,
    boolean openStdin,
    boolean endStdin,
    boolean poststart,
    boolean poststop,
    Optional<KnownProcess> init,
    Optional<KnownProcess> monitor) {

  private static final JsonMapper JSON = JsonMapper.shared();

  /** A process, named for ever. */
  record KnownProcess(int pid, long startTime) {

    static Optional<KnownProcess> of(int pid) {
      return ProcStat.of(pid).map(stat -> new KnownProcess(pid, stat.startTime()));
    }

    boolean exists() {
      return ProcStat.of(pid).filter(stat -> stat.startTime() == startTime).isPresent();
    }
  }

  static ContainerRecord of(ContainerSpec spec, String runtime, BundleConfig config) {
    return new ContainerRecord(
        spec.id(),
        runtime,
        spec.cgroupPath(),
        spec.openStdin(),
        endsStdin(spec),
        config.hasHooks("poststart"),
        config.hasHooks("poststop"),
        Optional.empty(),
        Optional.empty());
  }

  private static boolean endsStdin(ContainerSpec spec) {
    return spec.openStdin() && spec.stdinOnce() && !spec.tty();
  }

  ContainerRecord created(Optional<KnownProcess> newInit, Optional<KnownProcess> newMonitor) {
    return new ContainerRecord(
        id, runtime, cgroupPath, openStdin, endStdin, poststart, poststop, newInit, newMonitor);
  }

  private static Path file(Path bundle) {
    return bundle.resolve("record.json");
  }

  void write(Path bundle) throws IOException {
    var node =
        JSON.createObjectNode()
            .put("id", id)
            .put("runtime", runtime)
            .put("cgroupPath", cgroupPath)
            .put("openStdin", openStdin)
            .put("endStdin", endStdin)
            .put("poststart", poststart)
            .put("poststop", poststop);
    init.ifPresent(p -> node.put("pid", p.pid).put("startTime", p.startTime));
    monitor.ifPresent(p -> node.put("monitorPid", p.pid).put("monitorStartTime", p.startTime));
    WholeFile.replace(file(bundle), JSON.writeValueAsBytes(node));
  }

  /** Empty when there is none. */
  static Optional<ContainerRecord> read(Path bundle) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file(bundle));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    try {
      JsonNode node = JSON.readTree(bytes);
      return Optional.of(
          new ContainerRecord(
              node.path("id").asString(""),
              node.path("runtime").asString(""),
              node.path("cgroupPath").asString(""),
              node.path("openStdin").asBoolean(false),
              node.path("endStdin").asBoolean(false),
              node.path("poststart").asBoolean(false),
              node.path("poststop").asBoolean(false),
              process(node, "pid", "startTime"),
              process(node, "monitorPid", "monitorStartTime")));
    } catch (JacksonException e) {
      throw new IOException(file(bundle) + " is damaged", e);
    }
  }

  private static Optional<KnownProcess> process(JsonNode node, String pid, String startTime) {
    return node.has(pid)
        ? Optional.of(new KnownProcess(node.path(pid).asInt(0), node.path(startTime).asLong(0)))
        : Optional.empty();
  }
}
