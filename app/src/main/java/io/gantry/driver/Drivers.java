package io.gantry.driver;

import io.gantry.plugins.Driver;
import io.gantry.plugins.DriverFactory;
import io.gantry.plugins.Host;
import io.gantry.plugins.Probe;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Signatures only for the moment. */
public final class Drivers implements AutoCloseable {

  /**
   * Loads the plugins below {@code <dataRoot>/plugins}.
   *
   * @param dataRoot each driver gets {@code <dataRoot>/<kind>/<name>}, for instance {@code storage/overlay2}
   * @param execRoot and {@code <execRoot>/<kind>/<name>}
   */
  public static Drivers load(Path dataRoot, Path execRoot, Host host) {
    throw new UnsupportedOperationException(dataRoot + " " + execRoot + host);
  }

  /** The drivers of a kind there are, built-in ones first; for instance {@code names(LogDriverFactory.class)}. */
  public <D extends Driver, F extends DriverFactory<D>> List<String> names(Class<F> kind) {
    throw new UnsupportedOperationException(kind.getName());
  }

  /** Whether the driver can work on this host; a driver that is not there cannot. */
  public <D extends Driver, F extends DriverFactory<D>> Probe probe(Class<F> kind, String name) {
    throw new UnsupportedOperationException(kind.getName() + name);
  }

  /**
   * The open driver; opens it the first time. Later calls return the same one and do not look at the options.
   *
   * @throws io.gantry.plugins.DriverException when there is no such driver (NOT_FOUND), or it does not open
   */
  public <D extends Driver, F extends DriverFactory<D>> D open(
      Class<F> kind, String name, Map<String, String> options) {
    throw new UnsupportedOperationException(kind.getName() + name + options);
  }

  /** What went wrong with drivers and plugins since the daemon started. */
  public List<DriverProblem> problems() {
    return List.of();
  }

  /** Closes all drivers that are open, the last opened first. */
  @Override
  public void close() {}
}
