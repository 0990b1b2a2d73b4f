package io.gantry.driver;

import io.gantry.plugins.DriverFactory;
import java.util.Locale;

/** What a contract's factory interface is called in messages and paths: {@code StorageDriverFactory} is {@code storage}. */
final class DriverKind {

  private static final String SUFFIX = "DriverFactory";

  private DriverKind() {}

  static String name(Class<? extends DriverFactory<?>> factory) {
    String name = factory.getSimpleName();
    return name.substring(0, name.length() - SUFFIX.length()).toLowerCase(Locale.ROOT);
  }
}
