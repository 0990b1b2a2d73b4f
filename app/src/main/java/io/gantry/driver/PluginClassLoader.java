package io.gantry.driver;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Collections;
import java.util.Enumeration;
import org.jspecify.annotations.Nullable;

/**
 * Loads the classes of one plugin. Beside its own jars it sees the JDK and the plugins API, nothing
 * of the daemon and nothing of other plugins.
 */
final class PluginClassLoader extends URLClassLoader {

  static {
    registerAsParallelCapable();
  }

  PluginClassLoader(String plugin, URL[] jars, ClassLoader daemon) {
    super("plugin-" + plugin, jars, new ApiClassLoader(daemon));
  }

  /**
   * The JDK and the packages {@code io.gantry.plugins}; no resources but the JDK's, so that the
   * daemon's service files stay out of sight.
   */
  private static final class ApiClassLoader extends ClassLoader {

    private static final String API = "io.gantry.plugins.";

    static {
      registerAsParallelCapable();
    }

    private final ClassLoader daemon;

    ApiClassLoader(ClassLoader daemon) {
      super("plugins-api", ClassLoader.getPlatformClassLoader());
      this.daemon = daemon;
    }

    @Override
    protected Class<?> findClass(String name) throws ClassNotFoundException {
      if (name.startsWith(API)) {
        return daemon.loadClass(name);
      }
      throw new ClassNotFoundException(name);
    }

    @Override
    protected @Nullable URL findResource(String name) {
      return null;
    }

    @Override
    protected Enumeration<URL> findResources(String name) throws IOException {
      return Collections.emptyEnumeration();
    }
  }
}
