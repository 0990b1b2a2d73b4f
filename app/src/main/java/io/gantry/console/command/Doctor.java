package io.gantry.console.command;

import io.gantry.console.client.DaemonAddress;
import io.gantry.console.client.DaemonException;
import io.gantry.console.client.NoDaemonException;
import io.gantry.console.client.Resource;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Operands;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * {@code doctor}: what keeps Gantry from working on this host, each with its repair. The exit
 * status is 1 if something does.
 */
final class Doctor {

  private static final int LEAST_FREE_PERCENT = 5;
  private static final List<String> SYSTEM_PROGRAMS = List.of("/usr/sbin", "/sbin", "/usr/bin");

  private final Session session;
  private boolean broken;

  private Doctor(Session session) {
    this.session = session;
  }

  static ConsoleCommand command() {
    return new ConsoleCommand(
        new CommandDefinition(
            "doctor",
            "Check the daemon and what it needs on this host, and name the repairs",
            Operands.NONE,
            List.of()),
        (session, arguments) -> new Doctor(session).run());
  }

  private int run() {
    checkProgram("conmon", "containers cannot start", "install the package conmon", "conmon");
    checkProgram(
        "OCI runtime", "containers cannot start", "install the package crun", "crun", "runc");
    checkProgram(
        "iptables-restore",
        "containers have no network beyond the host",
        "install the package iptables",
        "iptables-restore");
    checkOptionalProgram(
        "init",
        "--init does not work",
        "install the package tini",
        "tini",
        "catatonit",
        "docker-init");
    checkKernel();
    checkSocket();
    checkDaemon();
    session.println(broken ? "Gantry needs repair." : "Gantry is well.");
    return broken ? 1 : 0;
  }

  private void good(String what, String detail) {
    session.println("ok    " + what + ": " + detail);
  }

  private void note(String what, String detail) {
    session.println("note  " + what + ": " + detail);
  }

  private void bad(String what, String detail, String repair) {
    broken = true;
    session.println("FAIL  " + what + ": " + detail + "; repair: " + repair);
  }

  private void checkProgram(String what, String effect, String repair, String... names) {
    find(names)
        .ifPresentOrElse(
            path -> good(what, path.toString()),
            () -> bad(what, "not found, so " + effect, repair));
  }

  private void checkOptionalProgram(String what, String effect, String repair, String... names) {
    find(names)
        .ifPresentOrElse(
            path -> good(what, path.toString()),
            () -> note(what, "not found, so " + effect + "; to have it, " + repair));
  }

  private static Optional<Path> find(String... names) {
    List<String> path = List.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"));
    List<Path> directories =
        Stream.concat(path.stream(), SYSTEM_PROGRAMS.stream())
            .filter(directory -> !directory.isEmpty())
            .map(Path::of)
            .toList();
    return Stream.of(names)
        .flatMap(name -> directories.stream().map(directory -> directory.resolve(name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private void checkKernel() {
    try {
      boolean overlay =
          Files.readAllLines(Path.of("/proc/filesystems")).stream()
              .anyMatch(line -> line.strip().endsWith("overlay"));
      if (overlay) {
        good("overlay file system", "the kernel has it");
      } else {
        note("overlay file system", "not loaded; if overlay2 is to be used, run modprobe overlay");
      }
      if (Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))) {
        good("cgroups", "version 2");
      } else if (Files.isDirectory(Path.of("/sys/fs/cgroup/memory"))) {
        good("cgroups", "version 1");
      } else {
        bad("cgroups", "not mounted at /sys/fs/cgroup", "mount -t cgroup2 cgroup2 /sys/fs/cgroup");
      }
      String forward = Files.readString(Path.of("/proc/sys/net/ipv4/ip_forward")).strip();
      if (forward.equals("1")) {
        good("IP forwarding", "on");
      } else {
        note(
            "IP forwarding",
            "off; for containers with networks run sysctl -w net.ipv4.ip_forward=1");
      }
    } catch (IOException e) {
      bad("kernel", "cannot be read: " + e.getMessage(), "mount /proc and /sys");
    }
  }

  private void checkSocket() {
    if (!(session.daemon().address() instanceof DaemonAddress.Unix(Path path))) {
      return;
    }
    if (!Files.exists(path)) {
      bad(
          "socket",
          path + " does not exist",
          "start the daemon (gantry up, or systemctl start gantry), or set GANTRY_HOST");
    } else if (!Files.isReadable(path) || !Files.isWritable(path)) {
      bad(
          "socket",
          "you may not use " + path,
          "run as root, or join the group that owns it (usermod -aG " + group(path) + " USER)");
    } else {
      good("socket", path + " " + permissions(path));
    }
  }

  private static String group(Path path) {
    try {
      return Files.getAttribute(path, "posix:group").toString();
    } catch (IOException e) {
      return "docker";
    }
  }

  private static String permissions(Path path) {
    try {
      return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    } catch (IOException e) {
      return "(" + e.getMessage() + ")";
    }
  }

  private void checkDaemon() {
    try {
      JsonNode info = session.daemon().get(Resource.of("/info"));
      good(
          "daemon",
          "version %s, %s containers, storage %s, runtime %s, firewall %s"
              .formatted(
                  info.path("ServerVersion").asString(""),
                  info.path("Containers").asString(""),
                  info.path("Driver").asString(""),
                  info.path("DefaultRuntime").asString(""),
                  info.path("FirewallBackend").path("Driver").asString("")));
      for (JsonNode warning : info.path("Warnings")) {
        note("daemon", warning.asString("").replaceFirst("^(WARNING: )+", ""));
      }
      checkSpace(Path.of(info.path("DockerRootDir").asString("/")));
    } catch (NoDaemonException e) {
      bad("daemon", String.valueOf(e.getMessage()), "start the daemon and look into its log");
    } catch (DaemonException e) {
      bad(
          "daemon",
          "answers with HTTP status " + e.status() + ": " + e.getMessage(),
          "look into its log");
    } catch (IOException e) {
      bad("daemon", "does not answer: " + e.getMessage(), "restart it and look into its log");
    }
  }

  private void checkSpace(Path root) {
    try {
      FileStore store = Files.getFileStore(root);
      long percent = store.getUsableSpace() * 100 / Math.max(1, store.getTotalSpace());
      if (percent < LEAST_FREE_PERCENT) {
        bad(
            "disk space",
            percent + " % free at " + root,
            "remove images and containers that are not used");
      } else {
        good("disk space", percent + " % free at " + root);
      }
    } catch (IOException e) {
      note("disk space", root + " cannot be looked at from here: " + e.getMessage());
    }
  }
}
