package io.gantry.plugins;

import java.util.Map;

/**
 * Makes one kind of driver. Each contract package extends this interface (for instance {@code
 * StorageDriverFactory}); implementations are found by {@link java.util.ServiceLoader} under that
 * sub-interface's name, and need a public constructor without parameters that does no work.
 *
 * @param <D> the driver that is made
 */
public interface DriverFactory<D extends Driver> {

  /**
   * The name users configure, unique among the drivers of its kind: lower case, for instance {@code
   * overlay2}.
   */
  String name();

  /** Says whether the driver can work on this host; it can unless told. Changes nothing on it. */
  default Probe probe(Host host) {
    return Probe.yes();
  }

  /**
   * Opens the driver. Called once in the life of the daemon.
   *
   * @param options driver options without the driver's prefix, in the order given
   * @throws DriverException when an option is unknown or wrong (the message names it), or the
   *     driver cannot work
   */
  D open(DriverContext context, Map<String, String> options);

  /**
   * Refuses all options, for a driver that has none.
   *
   * @throws DriverException INVALID, when there is one
   */
  default void requireNone(Map<String, String> options) {
    for (String option : options.keySet()) {
      throw new DriverException(
          DriverException.Kind.INVALID, "unknown option '" + option + "' of driver " + name());
    }
  }
}
