package io.gantry.driver;

import io.gantry.plugins.DriverFactory;
import io.gantry.plugins.auth.AuthorizationDriverFactory;
import io.gantry.plugins.log.LogDriverFactory;
import io.gantry.plugins.network.NetworkDriverFactory;
import io.gantry.plugins.runtime.RuntimeDriverFactory;
import io.gantry.plugins.storage.StorageDriverFactory;
import io.gantry.plugins.volume.VolumeDriverFactory;
import java.util.List;
import java.util.Locale;

/**
 * The kinds of drivers there are. {@code StorageDriverFactory} is called {@code storage} in
 * messages and paths.
 */
final class DriverKind {

  static final List<Class<? extends DriverFactory<?>>> ALL =
      List.of(
          StorageDriverFactory.class,
          NetworkDriverFactory.class,
          RuntimeDriverFactory.class,
          LogDriverFactory.class,
          VolumeDriverFactory.class,
          AuthorizationDriverFactory.class);

  private static final String SUFFIX = "DriverFactory";

  private DriverKind() {}

  static String name(Class<? extends DriverFactory<?>> factory) {
    String name = factory.getSimpleName();
    return name.substring(0, name.length() - SUFFIX.length()).toLowerCase(Locale.ROOT);
  }
}
