package io.gantry.driver;

import io.gantry.plugins.Driver;
import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.DriverFactory;
import io.gantry.plugins.Host;
import io.gantry.plugins.Probe;
import io.gantry.plugins.auth.AuthorizationDriverFactory;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The drivers of this daemon: those on its class path, and those of the plugins below {@code <data
 * root>/plugins}, each a directory of jars with a class loader of its own. A driver that cannot be
 * loaded, probed or opened is {@linkplain #problems() reported}; it never stops the daemon by
 * itself.
 *
 * <p>Factories are looked for when a kind is first asked for, drivers opened once. Thread-safe.
 */
public final class Drivers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Drivers.class);

  private final Path dataRoot;
  private final Path execRoot;
  private final Host host;
  private final List<Plugin> plugins;
  private final DriverProblems problems;
  private final Map<Class<?>, Map<String, ? extends DriverRegistry.Found<?>>> factories =
      new ConcurrentHashMap<>();
  private final ReentrantLock opening = new ReentrantLock();
  private final Map<String, Driver> open = new ConcurrentHashMap<>();
  private final Deque<String> order = new ArrayDeque<>();

  private Drivers(
      Path dataRoot, Path execRoot, Host host, List<Plugin> plugins, DriverProblems problems) {
    this.dataRoot = dataRoot;
    this.execRoot = execRoot;
    this.host = host;
    this.plugins = plugins;
    this.problems = problems;
  }

  /**
   * Loads the plugins below {@code <dataRoot>/plugins}.
   *
   * @param dataRoot each driver gets {@code <dataRoot>/<kind>/<name>}, for instance {@code
   *     storage/overlay2}
   * @param execRoot and {@code <execRoot>/<kind>/<name>}
   */
  public static Drivers load(Path dataRoot, Path execRoot, Host host) {
    DriverProblems problems = new DriverProblems();
    List<Plugin> plugins = new ArrayList<>();
    plugins.add(Plugin.builtIn(Drivers.class.getClassLoader()));
    plugins.addAll(findPlugins(dataRoot.resolve("plugins"), problems));
    Drivers drivers = new Drivers(dataRoot, execRoot, host, plugins, problems);
    if (plugins.size() > 1) {
      // At once, so that a faulty plugin is reported now and not when it is first used.
      for (Class<? extends DriverFactory<?>> kind : DriverKind.ALL) {
        drivers.found(kind);
      }
      drivers.tellWhatIsNotAsked();
    }
    return drivers;
  }

  /** Who put one there must not believe that it guards anything. */
  private void tellWhatIsNotAsked() {
    for (DriverRegistry.Found<AuthorizationDriverFactory> found :
        found(AuthorizationDriverFactory.class).values()) {
      problems.add(
          found.plugin(),
          describe(AuthorizationDriverFactory.class, found.name()),
          "authorization drivers are not asked yet: it denies nothing");
    }
  }

  private static List<Plugin> findPlugins(Path directory, DriverProblems problems) {
    List<Plugin> found = new ArrayList<>();
    if (!Files.isDirectory(directory)) {
      return found;
    }
    List<Path> candidates = List.of();
    try (Stream<Path> entries = Files.list(directory)) {
      candidates = entries.filter(Files::isDirectory).sorted().toList();
    } catch (IOException e) {
      problems.add(
          new Plugin(directory.toString(), false, Drivers.class.getClassLoader()), "all", e);
    }
    for (Path candidate : candidates) {
      try {
        found.add(Plugin.fromDirectory(candidate, Drivers.class.getClassLoader()));
        log.info("plugin {} found", candidate.getFileName());
      } catch (IOException e) {
        problems.add(
            new Plugin(
                String.valueOf(candidate.getFileName()), false, Drivers.class.getClassLoader()),
            "plugin",
            e);
      }
    }
    return found;
  }

  /**
   * The drivers of a kind there are, built-in ones first; for instance {@code
   * names(LogDriverFactory.class)}.
   */
  public <D extends Driver, F extends DriverFactory<D>> List<String> names(Class<F> kind) {
    return List.copyOf(found(kind).keySet());
  }

  /** Whether the driver can work on this host; a driver that is not there cannot. */
  public <D extends Driver, F extends DriverFactory<D>> Probe probe(Class<F> kind, String name) {
    DriverRegistry.Found<F> found = found(kind).get(name);
    if (found == null) {
      return Probe.no("there is no " + describe(kind, name));
    }
    try {
      return PluginBoundary.call(found.plugin().loader(), () -> found.factory().probe(host));
    } catch (Exception | LinkageError | StackOverflowError e) {
      problems.add(found.plugin(), describe(kind, name), e);
      return Probe.no(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The open driver; opens it the first time. Later calls return the same one and do not look at
   * the options.
   *
   * @throws DriverException when there is no such driver (NOT_FOUND), it says it cannot work here
   *     (UNSUPPORTED), or it does not open
   */
  public <D extends Driver, F extends DriverFactory<D>> D open(
      Class<F> kind, String name, Map<String, String> options) {
    String key = DriverKind.name(kind) + "/" + name;
    Driver driver = open.get(key);
    if (driver == null) {
      opening.lock();
      try {
        driver = open.get(key);
        if (driver == null) {
          driver = openNow(kind, name, options);
          open.put(key, driver);
          order.push(key);
        }
      } finally {
        opening.unlock();
      }
    }
    @SuppressWarnings("unchecked") // put there by this method under the kind's own key
    D typed = (D) driver;
    return typed;
  }

  private <D extends Driver, F extends DriverFactory<D>> D openNow(
      Class<F> kind, String name, Map<String, String> options) {
    DriverRegistry.Found<F> found = found(kind).get(name);
    if (found == null) {
      throw new DriverException(
          DriverException.Kind.NOT_FOUND, "there is no " + describe(kind, name));
    }
    Probe probe = probe(kind, name);
    if (!probe.usable()) {
      throw new DriverException(
          DriverException.Kind.UNSUPPORTED,
          describe(kind, name) + " cannot work here: " + probe.reason());
    }
    Plugin plugin = found.plugin();
    try {
      DriverContext context =
          new DriverContext(
              privateDirectory(dataRoot, DriverKind.name(kind), name),
              privateDirectory(execRoot, DriverKind.name(kind), name));
      D driver = PluginBoundary.call(plugin.loader(), () -> found.factory().open(context, options));
      return plugin.builtIn() ? driver : guard(kind, name, plugin, driver);
    } catch (DriverException e) {
      problems.add(plugin, describe(kind, name), e);
      throw e;
    } catch (Exception | LinkageError | StackOverflowError e) {
      problems.add(plugin, describe(kind, name), e);
      throw new DriverException(
          DriverException.Kind.SYSTEM, "open " + describe(kind, name) + ": " + e, e);
    }
  }

  /** The driver behind a {@link PluginBoundary}. */
  private static <D extends Driver> D guard(Class<?> kind, String name, Plugin plugin, D driver) {
    Driver guarded =
        PluginBoundary.wrap(
            kind.getSimpleName().replace("Factory", "") + " " + name,
            plugin.loader(),
            Driver.class,
            driver);
    @SuppressWarnings("unchecked") // the proxy has all interfaces of the API that the driver has
    D typed = (D) guarded;
    return typed;
  }

  /** What went wrong with drivers and plugins since the daemon started. */
  public List<DriverProblem> problems() {
    return problems.all();
  }

  /** Closes all drivers that are open, the last opened first. */
  @Override
  public void close() {
    opening.lock();
    try {
      while (!order.isEmpty()) {
        String key = order.pop();
        try {
          Driver driver = open.remove(key);
          if (driver != null) {
            driver.close();
          }
        } catch (RuntimeException | LinkageError e) {
          log.warn("close driver {}: {}", key, e.toString());
        }
      }
      for (Plugin plugin : plugins) {
        if (!plugin.builtIn() && plugin.loader() instanceof Closeable loader) {
          loader.close();
        }
      }
    } catch (IOException e) {
      log.warn("close plugins: {}", e.toString());
    } finally {
      opening.unlock();
    }
  }

  private <F extends DriverFactory<?>> Map<String, DriverRegistry.Found<F>> found(Class<F> kind) {
    Map<String, ? extends DriverRegistry.Found<?>> known =
        factories.computeIfAbsent(kind, k -> DriverRegistry.find(kind, plugins, problems));
    @SuppressWarnings("unchecked") // the map's value was made for this very class
    Map<String, DriverRegistry.Found<F>> typed = (Map<String, DriverRegistry.Found<F>>) known;
    return typed;
  }

  private static String describe(Class<? extends DriverFactory<?>> kind, String name) {
    return DriverKind.name(kind) + " driver " + name;
  }

  private static Path privateDirectory(Path root, String kind, String name) throws IOException {
    return Files.createDirectories(
        root.resolve(kind).resolve(name),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }
}
