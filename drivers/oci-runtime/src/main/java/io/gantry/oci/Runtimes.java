package io.gantry.oci;

import io.gantry.linux.poll.Poller;
import io.gantry.linux.process.Launcher;
import io.gantry.plugins.runtime.RuntimeInfo;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The OCI runtimes by name. */
final class Runtimes implements AutoCloseable {

  private static final Logger LOG = System.getLogger(Runtimes.class.getName());
  private static final Pattern VERSION = Pattern.compile("(?m)^\\S+ version (\\S+)");
  private static final Pattern COMMIT = Pattern.compile("(?m)^commit: (\\S+)");

  private final Map<String, OciRuntime> byName = new LinkedHashMap<>();
  private final Map<String, OciRuntime> former = new ConcurrentHashMap<>();
  private final Layout layout;
  private final Launcher launcher;
  private final Poller poller;
  private volatile List<RuntimeInfo> infos = List.of();

  Runtimes(Programs programs, Layout layout, Launcher launcher, Poller poller) throws IOException {
    this.layout = layout;
    this.launcher = launcher;
    this.poller = poller;
    for (Map.Entry<String, Path> program : programs.runtimes().entrySet()) {
      OciRuntime runtime = runtime(program.getKey(), new RuntimeProgram(program.getValue()));
      Files.createDirectories(runtime.stateRoot());
      byName.put(runtime.name(), runtime);
    }
    for (String name : Layout.names(layout.state())) {
      if (!byName.containsKey(name)) {
        former.put(name, runtime(name, RuntimeProgram.missing(name)));
      }
    }
  }

  private OciRuntime runtime(String name, RuntimeProgram program) {
    return new OciRuntime(name, program, layout.state().resolve(Layout.checked(name)));
  }

  /** Those that containers may ask for. */
  Map<String, OciRuntime> byName() {
    return byName;
  }

  OciRuntime first() {
    return byName.values().iterator().next();
  }

  /** The runtime of a name, the first for an empty one. */
  OciRuntime named(String name) {
    if (name.isEmpty()) {
      return first();
    }
    OciRuntime runtime = byName.get(name);
    if (runtime == null) {
      throw RuntimeProgram.unknown(name);
    }
    return runtime;
  }

  /**
   * The runtime a container was created with, which may not be configured or installed any more:
   * such a one cannot be run.
   */
  OciRuntime configuredOrNot(String name) {
    OciRuntime runtime = byName.get(name);
    return runtime != null
        ? runtime
        : former.computeIfAbsent(name, n -> runtime(n, RuntimeProgram.missing(n)));
  }

  /** Those and the ones of earlier daemons, which may have left something. */
  Collection<OciRuntime> all() {
    return Stream.concat(byName.values().stream(), former.values().stream()).toList();
  }

  /** Asks the programs at the first call: that costs a process each. */
  List<RuntimeInfo> infos() {
    if (infos.isEmpty()) {
      List<RuntimeInfo> asked = new ArrayList<>();
      byName.values().forEach(runtime -> asked.add(info(runtime)));
      infos = List.copyOf(asked);
    }
    return infos;
  }

  private RuntimeInfo info(OciRuntime runtime) {
    String program = runtime.program().path().toString();
    try {
      String text =
          OciRuntime.run(launcher, poller, Path.of("/"), List.of(program, "--version")).output();
      return new RuntimeInfo(runtime.name(), program, group(VERSION, text), group(COMMIT, text));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot ask " + program + " for its version", e);
      return new RuntimeInfo(runtime.name(), program, "", "");
    }
  }

  private static String group(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? matcher.group(1) : "";
  }

  @Override
  public void close() {
    byName.values().forEach(runtime -> runtime.program().close());
  }
}
