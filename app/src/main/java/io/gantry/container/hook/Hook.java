package io.gantry.container.hook;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;

/**
 * A program of the host that is run at one moment of a container's life (OCI runtime-spec,
 * config.md, "POSIX-platform Hooks").
 *
 * @param path absolute
 * @param args what it is called, then its arguments
 * @param env all of its environment, {@code NAME=value}
 * @param timeout seconds; 0: no time of its own
 */
record Hook(
    String path,
    List<String> args,
    List<String> env,
    @JsonInclude(JsonInclude.Include.NON_DEFAULT) int timeout) {

  Hook {
    args = List.copyOf(args);
    env = List.copyOf(env);
  }

  Hook withPath(String other) {
    return new Hook(other, args, env, timeout);
  }

  /** With a variable, unless it has one of this name. */
  Hook withVariable(String entry) {
    String name = entry.substring(0, entry.indexOf('=') + 1);
    if (env.stream().anyMatch(own -> own.startsWith(name))) {
      return this;
    }
    List<String> more = new ArrayList<>(env);
    more.add(entry);
    return new Hook(path, args, more, timeout);
  }
}
