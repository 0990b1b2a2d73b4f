package io.gantry.driver;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What went wrong with drivers: logged when it happens and kept, each problem once, at most {@link
 * #LIMIT}.
 */
final class DriverProblems {

  private static final int LIMIT = 200;
  private static final Logger log = LoggerFactory.getLogger(Drivers.class);

  private final CopyOnWriteArrayList<DriverProblem> problems = new CopyOnWriteArrayList<>();

  void add(Plugin plugin, String driver, Throwable cause) {
    String text = describe(cause);
    if (isNew(plugin, driver, text)) {
      log.error("{} of plugin {} does not work: {}", driver, plugin.name(), text, cause);
    }
  }

  /** One that no failure has shown. */
  void add(Plugin plugin, String driver, String text) {
    if (isNew(plugin, driver, text)) {
      log.error("{} of plugin {} does not work: {}", driver, plugin.name(), text);
    }
  }

  private boolean isNew(Plugin plugin, String driver, String text) {
    return problems.size() < LIMIT
        && problems.addIfAbsent(new DriverProblem(plugin.name(), driver, text));
  }

  List<DriverProblem> all() {
    return List.copyOf(problems);
  }

  /** The message of the failure and of what caused it, on one line. */
  private static String describe(Throwable thrown) {
    StringBuilder text = new StringBuilder();
    Throwable cause = thrown;
    for (int depth = 0; cause != null && depth < 4; depth++, cause = cause.getCause()) {
      String message = cause instanceof LinkageError ? cause.toString() : cause.getMessage();
      if (message == null) {
        message = cause.getClass().getSimpleName();
      }
      if (text.indexOf(message) < 0) {
        text.append(text.isEmpty() ? "" : ": ").append(message);
      }
    }
    return text.toString().replace('\n', ' ');
  }
}
