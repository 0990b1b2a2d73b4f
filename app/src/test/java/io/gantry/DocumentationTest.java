package io.gantry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the documentation names is there: classes, tests, packages and files. */
class DocumentationTest {

  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

  /** A class, perhaps with some of its packages before it and a class or method in it behind it. */
  private static final Pattern TYPE =
      Pattern.compile("`((?:[a-z0-9]+\\.)*)([A-Z][a-z0-9]+[A-Z]\\w*)(?:\\.(\\w+))?`");

  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");
  private static final Pattern PACKAGES =
      Pattern.compile("(?m)^([a-z]+)/ {2,}|(?<=[ ;])([a-z]+)/(?= |,|;|$)");

  /** Source files by the name of their class. */
  private static final Map<String, List<Path>> SOURCES = new TreeMap<>();

  @BeforeAll
  static void sources() throws IOException {
    for (String part : List.of("app", "drivers", "plugins-api")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(part))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .filter(file -> file.toString().contains("/src/"))
            .forEach(
                file ->
                    SOURCES
                        .computeIfAbsent(
                            file.getFileName().toString().replace(".java", ""),
                            name -> new ArrayList<>())
                        .add(file));
      }
    }
  }

  @Test
  void everyTestOfTheCoverageIsThere() throws IOException {
    assertThat(missing("docs/guide-coverage.md", name -> name.endsWith("Test"))).isEmpty();
  }

  @Test
  void everyClassOfTheArchitectureIsThere() throws IOException {
    assertThat(missing("docs/architecture.md", name -> !name.equals("ServiceLoader"))).isEmpty();
  }

  private static List<String> missing(String page, Predicate<String> ours) throws IOException {
    List<MatchResult> types =
        TYPE.matcher(Files.readString(ROOT.resolve(page)))
            .results()
            .filter(type -> ours.test(type.group(2)))
            .toList();
    assertThat(types).hasSizeGreaterThan(30);
    return types.stream().filter(type -> !isThere(type)).map(MatchResult::group).toList();
  }

  private static boolean isThere(MatchResult type) {
    String place = "/" + type.group(1).replace('.', '/');
    return SOURCES.getOrDefault(type.group(2), List.of()).stream()
        .filter(file -> (file.getParent() + "/").endsWith(place))
        .anyMatch(file -> type.group(3) == null || text(file).contains(" " + type.group(3)));
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void thePackagesOfTheAppAreThoseOfTheArchitecture() throws IOException {
    String page = Files.readString(ROOT.resolve("docs/architecture.md"));
    String inside = page.substring(page.indexOf("## Inside app"), page.indexOf("The services ("));
    List<String> named =
        PACKAGES
            .matcher(inside)
            .results()
            .map(name -> name.group(1) == null ? name.group(2) : name.group(1))
            .distinct()
            .sorted()
            .toList();
    Path sources = ROOT.resolve("app/src/main/java/io/gantry");
    try (Stream<Path> directories = Files.walk(sources)) {
      assertThat(named)
          .isEqualTo(
              directories
                  .filter(Files::isDirectory)
                  .filter(directory -> !directory.equals(sources))
                  .map(directory -> directory.getFileName().toString())
                  .distinct()
                  .sorted()
                  .toList());
    }
  }

  @Test
  void everyLinkLeadsSomewhere() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> docs = Files.list(ROOT.resolve("docs"))) {
      docs.filter(page -> page.toString().endsWith(".md")).forEach(pages::add);
    }
    for (Path page : pages) {
      assertThat(LINK.matcher(Files.readString(page)).results().map(link -> link.group(1)))
          .as(page.toString())
          .allMatch(link -> Files.exists(page.resolveSibling(link)));
    }
  }
}
