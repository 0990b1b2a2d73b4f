package io.gantry.config;

import static io.gantry.config.OptionType.bool;
import static io.gantry.config.OptionType.bytes;
import static io.gantry.config.OptionType.map;
import static io.gantry.config.OptionType.pairs;
import static io.gantry.config.OptionType.string;
import static io.gantry.config.OptionType.text;

import io.gantry.config.Option.Section;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The options that say what containers get that did not ask for something else. */
final class ContainerOptions {

  private static final OptionGroup GROUP = new OptionGroup(Section.CONTAINERS);

  static final Option<String> LOG_DRIVER =
      GROUP.add(
          "log-driver",
          text("string", Values::word),
          "Log driver of containers",
          option -> option.defaults("json-file"));
  static final Option<Map<String, String>> LOG_OPT =
      GROUP.add(
          "log-opt",
          map("map"),
          "Options of the default log driver",
          option -> option.key("log-opts"));
  static final Option<Map<String, String>> EXEC_OPT =
      GROUP.add(
          "exec-opt",
          pairs(),
          "native.umask=normal|secure (default secure), native.cgroupdriver=cgroupfs",
          option -> option.key("exec-opts"));
  static final Option<String> DEFAULT_RUNTIME =
      GROUP.add(
          "default-runtime",
          text("string", Values::word),
          "OCI runtime of containers; crun if it is there and works, else runc, if unset",
          option -> option.reloadable());
  static final Option<Map<String, DaemonOptions.OciRuntime>> ADD_RUNTIME =
      GROUP.add(
          "add-runtime",
          Values.runtimes(),
          "Register an OCI runtime: NAME=PATH",
          option -> option.key("runtimes"));
  static final Option<Boolean> INIT =
      GROUP.add(
          "init",
          bool(),
          "Run an init in containers that forwards signals and reaps processes",
          option -> option.defaults("false"));
  static final Option<Path> INIT_PATH =
      GROUP.add(
          "init-path",
          text("string", Values::absolutePath),
          "Program for --init; the installed tini, catatonit or docker-init if unset");
  static final Option<Map<String, DaemonOptions.Ulimit>> DEFAULT_ULIMIT =
      GROUP.add(
          "default-ulimit",
          Values.ulimits(),
          "Resource limits: NAME=SOFT[:HARD]",
          option -> option.key("default-ulimits"));
  static final Option<Long> DEFAULT_SHM_SIZE =
      GROUP.add(
          "default-shm-size",
          bytes(),
          "Size of /dev/shm",
          option -> option.defaults("64MiB").reloadable());
  static final Option<String> CGROUP_PARENT =
      GROUP.add(
          "cgroup-parent",
          string(),
          "Cgroup below which containers get theirs",
          option -> option.defaults("/gantry"));
  static final Option<String> SECCOMP_PROFILE =
      GROUP.add(
          "seccomp-profile",
          text("string", Values::seccompProfile),
          "builtin, unconfined, or a file",
          option -> option.defaults("builtin"));
  static final Option<Boolean> NO_NEW_PRIVILEGES =
      GROUP.add(
          "no-new-privileges",
          bool(),
          "Set no_new_privs for containers by default",
          option -> option.defaults("false"));
  static final Option<String> DEFAULT_CGROUPNS_MODE =
      GROUP.add(
          "default-cgroupns-mode",
          text("string", Values.oneOf("host", "private")),
          "Cgroup namespace of containers: host or private; private on cgroup v2, else"
              + " host, if unset",
          option -> option.reloadable());
  static final Option<String> DEFAULT_IPC_MODE =
      GROUP.add(
          "default-ipc-mode",
          text("string", Values.oneOf("private", "shareable")),
          "IPC mode of containers: private or shareable",
          option -> option.defaults("private").reloadable());
  static final Option<Path> HOOK_SPEC =
      GROUP.add(
          "hook-spec",
          text("string", Values::absolutePath),
          "File with hooks that all containers have, before their own; programs are in"
              + " DATA-ROOT/hooks");

  private ContainerOptions() {}

  static List<Option<?>> all() {
    return GROUP.all();
  }
}
