package io.gantry.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The names of all fail points, read from the sources: one that is added is tested without anybody
 * having to list it.
 */
final class FailPoints {

  private static final Pattern HIT = Pattern.compile("FailPoint\\.hit\\(\"([^\"]+)\"\\)");

  private FailPoints() {}

  static List<String> all() throws IOException {
    return sources("/src/main/")
        .flatMap(source -> HIT.matcher(source).results())
        .map((MatchResult hit) -> hit.group(1))
        .distinct()
        .sorted()
        .toList();
  }

  /** Of these points those at which a test of their own kills. */
  static Set<String> killedAlone(List<String> points) throws IOException {
    List<String> tests = sources("/src/test/").toList();
    return points.stream()
        .filter(
            point ->
                tests.stream()
                    .anyMatch(test -> test.contains(point + '"') || test.contains(point + ':')))
        .collect(Collectors.toSet());
  }

  private static Stream<String> sources(String of) throws IOException {
    Path project = Path.of("..").toRealPath();
    try (Stream<Path> files = Files.walk(project)) {
      return files
          .filter(file -> file.toString().endsWith(".java") && file.toString().contains(of))
          .map(FailPoints::read)
          .toList()
          .stream();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
