package io.gantry.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The names of all fail points, read from the sources: one that is added is tested without anybody
 * having to list it.
 */
final class FailPoints {

  private static final Pattern HIT = Pattern.compile("FailPoint\\.hit\\(\"([^\"]+)\"\\)");

  private FailPoints() {}

  static List<String> all() throws IOException {
    Path project = Path.of("..").toRealPath();
    try (Stream<Path> files = Files.walk(project)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .filter(file -> file.toString().contains("/src/main/"))
          .flatMap(FailPoints::names)
          .distinct()
          .sorted()
          .toList();
    }
  }

  private static Stream<String> names(Path file) {
    try {
      return HIT.matcher(Files.readString(file)).results().map((MatchResult hit) -> hit.group(1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
