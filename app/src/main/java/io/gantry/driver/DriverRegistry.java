package io.gantry.driver;

import io.gantry.plugins.DriverFactory;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.regex.Pattern;

/**
 * Finds the factories of one kind by ServiceLoader, in the class path and in each plugin; a faulty
 * one is reported and left out.
 */
final class DriverRegistry {

  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,63}");
  private static final int MAX_ERRORS = 50;

  /** A factory and where it comes from. */
  record Found<F>(Plugin plugin, String name, F factory) {}

  private DriverRegistry() {}

  static <F extends DriverFactory<?>> Map<String, Found<F>> find(
      Class<F> kind, List<Plugin> plugins, DriverProblems problems) {
    Map<String, Found<F>> found = new LinkedHashMap<>();
    String label = DriverKind.name(kind) + " driver";
    for (Plugin plugin : plugins) {
      try {
        PluginBoundary.call(
            plugin.loader(),
            () -> {
              findIn(plugin, kind, label, found, problems);
              return true;
            });
      } catch (Exception | LinkageError e) {
        problems.add(plugin, label, e);
      }
    }
    return found;
  }

  private static <F extends DriverFactory<?>> void findIn(
      Plugin plugin,
      Class<F> kind,
      String label,
      Map<String, Found<F>> found,
      DriverProblems problems) {
    Iterator<F> factories = ServiceLoader.load(kind, plugin.loader()).iterator();
    int errors = 0;
    while (errors < MAX_ERRORS) {
      try {
        if (!factories.hasNext()) {
          return;
        }
        F factory = factories.next();
        if (!plugin.builtIn() && factory.getClass().getClassLoader() != plugin.loader()) {
          continue;
        }
        String name = factory.name();
        if (!NAME.matcher(name).matches()) {
          throw new IllegalArgumentException("invalid driver name '" + name + "'");
        }
        Found<F> other = found.putIfAbsent(name, new Found<>(plugin, name, factory));
        if (other != null) {
          throw new IllegalArgumentException(
              label + " " + name + " is already provided by " + other.plugin().name());
        }
      } catch (ServiceConfigurationError | RuntimeException | LinkageError | StackOverflowError e) {
        errors++;
        problems.add(plugin, label, e);
      }
    }
  }
}
