package io.gantry.plugins.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a test container is made of. Changed by the {@code with} methods, each of which gives a new
 * one.
 *
 * @param resources {@code linux.resources}, JSON
 * @param extra further top-level members of the configuration, JSON, each followed by a comma
 */
public record TestContainer(
    String id,
    Path rootfs,
    String cgroupPath,
    List<String> args,
    boolean tty,
    boolean openStdin,
    boolean stdinOnce,
    Optional<Path> journal,
    String resources,
    String extra) {

  private static final List<String> APPLETS =
      List.of(
          "cat", "dd", "echo", "false", "head", "id", "kill", "ls", "md5sum", "mkdir", "mknod",
          "nproc", "printf", "seq", "sh", "sleep", "stty", "tail", "test", "true", "tty", "wc",
          "yes");

  /** Makes a root file system of busybox. */
  public static Path rootfs(Path directory) {
    try {
      Path bin = Files.createDirectories(directory.resolve("bin"));
      for (String name : List.of("proc", "sys", "dev", "etc", "tmp")) {
        Files.createDirectories(directory.resolve(name));
      }
      Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
      for (String applet : APPLETS) {
        Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
      }
      Files.writeString(directory.resolve("etc/passwd"), "root:x:0:0:root:/:/bin/sh\n");
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public TestContainer withArgs(String... newArgs) {
    return new TestContainer(
        id,
        rootfs,
        cgroupPath,
        List.of(newArgs),
        tty,
        openStdin,
        stdinOnce,
        journal,
        resources,
        extra);
  }

  public TestContainer withShell(String script) {
    return withArgs("/bin/sh", "-c", script);
  }

  public TestContainer withTty() {
    return new TestContainer(
        id, rootfs, cgroupPath, args, true, true, false, journal, resources, extra);
  }

  public TestContainer withStdin() {
    return new TestContainer(
        id, rootfs, cgroupPath, args, tty, true, true, journal, resources, extra);
  }

  public TestContainer withJournal(Path directory) {
    return new TestContainer(
        id,
        rootfs,
        cgroupPath,
        args,
        tty,
        openStdin,
        stdinOnce,
        Optional.of(directory),
        resources,
        extra);
  }

  public TestContainer withResources(String json) {
    return new TestContainer(
        id, rootfs, cgroupPath, args, tty, openStdin, stdinOnce, journal, json, extra);
  }

  public TestContainer withExtra(String json) {
    return new TestContainer(
        id, rootfs, cgroupPath, args, tty, openStdin, stdinOnce, journal, resources, json);
  }

  public ContainerSpec spec() {
    return new ContainerSpec(
        id, "", config(), cgroupPath, tty, openStdin, stdinOnce, journal, false);
  }

  private String config() {
    return """
    {"ociVersion":"1.0.2",%s
     "process":%s,
     "root":{"path":"%s","readonly":false},
     "hostname":"test",
     "mounts":[
      {"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec","nodev"]},
      {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","mode=755","size=65536k"]},
      {"destination":"/dev/pts","type":"devpts","source":"devpts","options":["nosuid","noexec","newinstance","ptmxmode=0666","mode=0620"]}
     ],
     "linux":{"cgroupsPath":"%s","resources":%s,
      "namespaces":[{"type":"pid"},{"type":"mount"},{"type":"ipc"},{"type":"uts"},{"type":"network"}]}}
    """
        .formatted(extra, process(tty, args), rootfs, cgroupPath, resources);
  }

  /** An OCI process object. */
  static String process(boolean tty, List<String> args) {
    String quoted =
        args.stream()
            .map(
                a -> '"' + a.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"')
            .collect(Collectors.joining(","));
    String capabilities =
        "[\"CAP_KILL\",\"CAP_SETUID\",\"CAP_SETGID\",\"CAP_DAC_OVERRIDE\",\"CAP_CHOWN\"]";
    return """
    {"terminal":%s,"user":{"uid":0,"gid":0},"args":[%s],"cwd":"/",
     "env":["PATH=/bin","TERM=xterm"],
     "capabilities":{"bounding":%s,"effective":%s,"permitted":%s},"noNewPrivileges":true}\
    """
        .formatted(tty, quoted, capabilities, capabilities, capabilities);
  }

  public static String process(String... args) {
    return process(false, Arrays.asList(args));
  }
}
