package io.gantry.console.command;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The variables of {@code --env} and {@code --env-file}. */
final class Environment {

  private Environment() {}

  /**
   * Files first, so that single variables win. A name without a value takes the user's, and is left
   * out if there is none.
   */
  static List<String> of(List<String> files, List<String> variables, Map<String, String> users)
      throws IOException {
    List<String> all = new ArrayList<>();
    for (String file : files) {
      for (String line : lines(file)) {
        String variable = line.stripLeading();
        if (!variable.isEmpty() && !variable.startsWith("#")) {
          add(variable, users, all);
        }
      }
    }
    variables.forEach(variable -> add(variable, users, all));
    return all;
  }

  private static List<String> lines(String file) throws IOException {
    try {
      return Files.readAllLines(Path.of(file));
    } catch (NoSuchFileException e) {
      throw new IOException("open " + file + ": no such file or directory", e);
    }
  }

  private static void add(String variable, Map<String, String> users, List<String> all) {
    String value = users.get(variable);
    if (variable.contains("=")) {
      all.add(variable);
    } else if (value != null) {
      all.add(variable + "=" + value);
    }
  }
}
