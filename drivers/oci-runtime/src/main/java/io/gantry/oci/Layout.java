package io.gantry.oci;

import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where this driver keeps things.
 *
 * <pre>
 * run/containers/ID/   bundle: config.json; conmon's attach, ctl, pidfile, conmon.pid; our record.json
 * run/containers/ID/persist/         conmon's exit and oom
 * run/containers/ID/exec/EXEC/       the same for one exec, with an exit directory of its own
 * run/exits/ID         exit codes, renamed into place by conmon
 * run/state/RUNTIME/   the runtime's own state
 * run/hooks/ID/        the bundle of a container that is gone, until its poststop hooks have run
 * data/seccomp/        compiled seccomp programs
 * </pre>
 *
 * @param containers bundles
 * @param exits exit codes
 * @param state roots of the runtimes' state
 * @param hooks bundles of which only hooks are left
 * @param seccomp compiled programs
 */
record Layout(Path containers, Path exits, Path state, Path hooks, Path seccomp) {

  private static final Pattern ID = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9_.-]{0,63}");

  static Layout in(DriverContext context) {
    Layout layout =
        new Layout(
            context.runDirectory().resolve("containers"),
            context.runDirectory().resolve("exits"),
            context.runDirectory().resolve("state"),
            context.runDirectory().resolve("hooks"),
            context.dataDirectory().resolve("seccomp"));
    try {
      for (Path directory :
          List.of(layout.containers, layout.exits, layout.state, layout.hooks, layout.seccomp)) {
        Files.createDirectories(directory);
      }
    } catch (IOException e) {
      throw new DriverException(
          DriverException.Kind.SYSTEM, "cannot make directories: " + e.getMessage(), e);
    }
    return layout;
  }

  /** An id becomes a file name, so it is checked wherever it comes in. */
  static String checked(String id) {
    if (!ID.matcher(id).matches()) {
      throw new DriverException(DriverException.Kind.INVALID, "invalid container ID: " + id);
    }
    return id;
  }

  Path bundle(String id) {
    return containers.resolve(checked(id));
  }

  Path exit(String id) {
    return exits.resolve(checked(id));
  }

  Path hooks(String id) {
    return hooks.resolve(checked(id));
  }

  Path execs(String id) {
    return bundle(id).resolve("exec");
  }

  Path exec(String id, String execId) {
    return execs(id).resolve(checked(execId));
  }

  static Path persist(Path bundle) {
    return bundle.resolve("persist");
  }

  /** Names in a directory; none when it does not exist. */
  static List<String> names(Path directory) throws IOException {
    List<String> names = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        names.add(String.valueOf(entry.getFileName()));
      }
    } catch (NoSuchFileException e) {
      return List.of();
    }
    return names;
  }
}
