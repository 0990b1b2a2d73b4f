package io.gantry.driver;

import io.gantry.plugins.DriverException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the daemon and an object of a plugin: calls run with the plugin's context class
 * loader, and what a plugin throws beyond its contract (an error of linking, too deep a recursion)
 * becomes a {@link DriverException}. Objects a plugin returns that are interfaces of the plugins
 * API are wrapped in turn.
 */
final class PluginBoundary implements InvocationHandler {

  private static final String API = "io.gantry.plugins.";

  private final String description;
  private final ClassLoader loader;
  private final Object target;

  private PluginBoundary(String description, ClassLoader loader, Object target) {
    this.description = description;
    this.loader = loader;
    this.target = target;
  }

  /**
   * Wraps an object of a plugin.
   *
   * @param description names it in messages, for instance {@code log driver acme}
   */
  static <T> T wrap(String description, ClassLoader loader, Class<T> type, T target) {
    Set<Class<?>> interfaces = apiInterfaces(target.getClass());
    interfaces.add(type);
    return type.cast(
        Proxy.newProxyInstance(
            PluginBoundary.class.getClassLoader(),
            interfaces.toArray(Class[]::new),
            new PluginBoundary(description, loader, target)));
  }

  /** Calls with the context class loader of a plugin. */
  static <T> T call(ClassLoader loader, Callable<T> action) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return action.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Override
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments)
      throws Throwable {
    if (method.getDeclaringClass() == Object.class) {
      return switch (method.getName()) {
        case "equals" -> arguments != null && proxy == arguments[0];
        case "hashCode" -> System.identityHashCode(proxy);
        default -> description;
      };
    }
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return wrapResult(method.getReturnType(), method.invoke(target, arguments));
    } catch (InvocationTargetException e) {
      throw translate(method, e.getCause() == null ? e : e.getCause());
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  private @Nullable Object wrapResult(Class<?> declared, @Nullable Object result) {
    if (result == null || !declared.isInterface() || !declared.getName().startsWith(API)) {
      return result;
    }
    // Sealed interfaces and those the daemon implements itself (enums, records) need no wrapping:
    // nothing of the plugin runs in them.
    if (declared.isSealed() || result.getClass().getName().startsWith(API)) {
      return result;
    }
    return wrapAs(declared, result);
  }

  private <T> T wrapAs(Class<T> declared, Object result) {
    return wrap(description, loader, declared, declared.cast(result));
  }

  private Throwable translate(Method method, Throwable thrown) {
    for (Class<?> declared : method.getExceptionTypes()) {
      if (declared.isInstance(thrown)) {
        return thrown;
      }
    }
    if (thrown instanceof DriverException
        || thrown instanceof VirtualMachineError error && !(error instanceof StackOverflowError)) {
      return thrown;
    }
    return new DriverException(
        DriverException.Kind.SYSTEM, description + ": " + method.getName() + ": " + thrown, thrown);
  }

  private static Set<Class<?>> apiInterfaces(Class<?> type) {
    Set<Class<?>> found = new LinkedHashSet<>();
    for (Class<?> c = type; c != null; c = c.getSuperclass()) {
      for (Class<?> candidate : c.getInterfaces()) {
        if (candidate.getName().startsWith(API) && !candidate.isSealed()) {
          found.add(candidate);
        }
      }
    }
    return found;
  }
}
