package io.gantry.console;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "io.gantry.console",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ConsoleDependenciesTest {

  @ArchTest
  static final ArchRule theConsoleKnowsNothingOfTheDaemon =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideOutsideOfPackages(
              "io.gantry.console..",
              "io.gantry.id..",
              "io.gantry.linux.terminal..",
              "io.gantry.units..",
              "java..",
              "tools.jackson..",
              "org.jline..",
              "org.jspecify..",
              "org.springframework..")
          .because("it speaks only the REST API; ids and units are the words of both");

  @ArchTest
  static final ArchRule onlyTheInteractiveConsolePaysForSpring =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.gantry.console.shell..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.springframework..");
}
