package io.gantry.oci;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The hooks that crun runs, behind a shell that reads their input for them. crun takes it for a
 * failure of the container when a hook has ended before crun has written to it, which a hook that
 * needs no input may do (up to 1.8 at least; runc does not mind).
 */
final class CrunHooks {

  private static final List<String> KINDS = List.of("prestart", "createRuntime");

  private static final String SHELL = "/bin/sh";

  /** The state is one line without an end. */
  private static final String SCRIPT =
      "IFS= read -r state; printf %s \"$state\" >\"$0\"; exec \"$@\" <\"$0\"";

  private record Wrapped(String path, Path state) {}

  private final List<Wrapped> wrapped = new ArrayList<>();

  /**
   * Changes hooks in place.
   *
   * @param hooks of an OCI configuration
   */
  void wrap(ObjectNode hooks, Path bundle) throws IOException {
    for (String kind : KINDS) {
      for (var entry : hooks.path(kind)) {
        if (entry instanceof ObjectNode hook) {
          wrap(hook, bundle, wrapped.size());
        }
      }
    }
  }

  private void wrap(ObjectNode hook, Path bundle, int number) throws IOException {
    String path = hook.path("path").asString("");
    List<String> old = new ArrayList<>();
    hook.path("args").forEach(argument -> old.add(argument.asString("")));
    Path state = bundle.resolve("hook-state." + number);
    wrapped.add(new Wrapped(path, state));
    hook.put("path", SHELL);
    ArrayNode arguments = hook.putArray("args");
    List.of("sh", "-c", SCRIPT, state.toString()).forEach(arguments::add);
    arguments.add(called(path, old, bundle.resolve("hook-name." + number)));
    old.stream().skip(1).forEach(arguments::add);
  }

  /** A path of the program whose last part is what the program is to be called. */
  private static String called(String path, List<String> arguments, Path directory)
      throws IOException {
    Path file = Path.of(path).getFileName();
    Path name = arguments.isEmpty() ? file : Path.of(arguments.getFirst()).getFileName();
    if (name == null || name.toString().isEmpty() || name.equals(file)) {
      return path;
    }
    Files.createDirectories(directory);
    return Files.createSymbolicLink(directory.resolve(name), Path.of(path)).toString();
  }

  /** What crun says, with the name of the hook that was run last instead of the shell's. */
  String named(String message) {
    return wrapped.reversed().stream()
        .filter(hook -> Files.exists(hook.state()))
        .findFirst()
        .map(hook -> message.replace("`" + SHELL + "`", "`" + hook.path() + "`"))
        .orElse(message);
  }
}
