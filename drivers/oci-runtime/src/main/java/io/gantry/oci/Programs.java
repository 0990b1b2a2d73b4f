package io.gantry.oci;

import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverException.Kind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The programs this driver runs.
 *
 * @param conmon the monitor
 * @param runtimes by name, the default first
 */
record Programs(Path conmon, Map<String, Path> runtimes) {

  private static final List<String> SEARCH =
      List.of(
          "/usr/local/sbin",
          "/usr/local/bin",
          "/usr/sbin",
          "/usr/bin",
          "/sbin",
          "/bin",
          "/usr/libexec/podman",
          "/usr/lib/podman");

  private static final String RUNTIME = "runtime.";

  /** In the order in which they are taken as the default. */
  private static final List<String> KNOWN = List.of("crun", "runc");

  /** What programs and hooks are started with. */
  static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  static Programs find(Map<String, String> options) {
    Optional<Path> conmon = search("conmon");
    Optional<String> preferred = Optional.empty();
    Map<String, Path> found = new LinkedHashMap<>();
    for (String name : KNOWN) {
      search(name).ifPresent(path -> found.put(name, path));
    }
    for (Map.Entry<String, String> option : options.entrySet()) {
      String key = option.getKey();
      if (key.equals("conmon")) {
        conmon = Optional.of(executable(key, option.getValue()));
      } else if (key.equals("default-runtime")) {
        preferred = Optional.of(option.getValue());
      } else if (key.startsWith(RUNTIME)) {
        String name = Layout.checked(key.substring(RUNTIME.length()));
        found.put(name, executable(key, option.getValue()));
      } else {
        throw new DriverException(Kind.INVALID, "unknown option of the oci runtime: " + key);
      }
    }
    if (conmon.isEmpty()) {
      throw new DriverException(Kind.SYSTEM, "conmon is not installed");
    }
    if (found.isEmpty()) {
      throw new DriverException(Kind.SYSTEM, "neither crun nor runc is installed");
    }
    Map<String, Path> ordered = new LinkedHashMap<>();
    if (preferred.isPresent()) {
      Path path = found.get(preferred.get());
      if (path == null) {
        throw new DriverException(
            Kind.INVALID, "the default runtime " + preferred.get() + " does not exist");
      }
      ordered.put(preferred.get(), path);
    }
    ordered.putAll(found);
    return new Programs(conmon.get(), ordered);
  }

  private static Path executable(String option, String value) {
    Path path = Path.of(value);
    if (!path.isAbsolute() || !Files.isExecutable(path)) {
      throw new DriverException(
          Kind.INVALID, "option " + option + ": " + value + " is not a program");
    }
    return path;
  }

  private static Optional<Path> search(String name) {
    return SEARCH.stream()
        .map(directory -> Path.of(directory, name))
        .filter(Files::isExecutable)
        .findFirst();
  }
}
