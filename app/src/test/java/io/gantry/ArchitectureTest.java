package io.gantry;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Arrays;

/** The arrows of the architecture: {@code app → plugins-api ← drivers → linux}. */
@AnalyzeClasses(
    packages = "io.gantry",
    importOptions = {
      ImportOption.DoNotIncludeTests.class,
      ArchitectureTest.NoTestJars.class,
      ArchitectureTest.NoGeneratedClasses.class
    })
class ArchitectureTest {

  /** The conformance suites of plugins-api come in a jar of their own. */
  static final class NoTestJars implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("-tests.jar");
    }
  }

  /** What Spring generates in place of reflection knows everything. */
  static final class NoGeneratedClasses implements ImportOption {
    @Override
    public boolean includes(Location location) {
      return !location.contains("__");
    }
  }

  private static final String[] DRIVERS = {
    "io.gantry.overlay2..", "io.gantry.bridge..", "io.gantry.oci..", "io.gantry.logging.."
  };

  private static final String[] APP = {
    "io.gantry",
    "io.gantry.api..",
    "io.gantry.build..",
    "io.gantry.config..",
    "io.gantry.console..",
    "io.gantry.container..",
    "io.gantry.driver..",
    "io.gantry.error..",
    "io.gantry.event..",
    "io.gantry.filter..",
    "io.gantry.health..",
    "io.gantry.id..",
    "io.gantry.image..",
    "io.gantry.network..",
    "io.gantry.registry..",
    "io.gantry.security..",
    "io.gantry.store..",
    "io.gantry.system..",
    "io.gantry.units..",
    "io.gantry.volume.."
  };

  @ArchTest
  static final ArchRule everyClassIsInAKnownPlace =
      classes()
          .should()
          .resideInAnyPackage(
              concat(
                  APP, DRIVERS, "io.gantry.plugins..", "io.gantry.linux..", "io.gantry.layers.."))
          .because(
              "a package is a thing the user can name; a new one belongs into architecture.md and"
                  + " here");

  @ArchTest
  static final ArchRule theAppNamesNoDriver =
      noClasses()
          .that()
          .resideInAnyPackage(APP)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(DRIVERS)
          .because("drivers are found by ServiceLoader");

  @ArchTest
  static final ArchRule pluginsApiDependsOnTheJdkAlone =
      classes()
          .that()
          .resideInAPackage("io.gantry.plugins..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.gantry.plugins..", "java..", "org.jspecify.annotations..");

  @ArchTest
  static final ArchRule linuxKnowsNothingOfTheEngine =
      noClasses()
          .that()
          .resideInAPackage("io.gantry.linux..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are the engine's",
                  (JavaClass type) ->
                      type.getPackageName().startsWith("io.gantry")
                          && !type.getPackageName().startsWith("io.gantry.linux")));

  @ArchTest
  static final ArchRule layersKnowLinuxAndTheContractsOnly =
      noClasses()
          .that()
          .resideInAPackage("io.gantry.layers..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(concat(APP, DRIVERS));

  @ArchTest
  static final ArchRule driversDoNotKnowTheAppNorSpring =
      noClasses()
          .that()
          .resideInAnyPackage(concat(DRIVERS, "io.gantry.linux..", "io.gantry.layers.."))
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(concat(APP, "org.springframework..", "org.slf4j.."));

  @ArchTest
  static final ArchRule noDriverSeesAnother =
      slices()
          .matching("io.gantry.(overlay2|bridge|oci|logging)..")
          .should()
          .notDependOnEachOther();

  @ArchTest
  static final ArchRule partsHaveNoCycles =
      slices()
          .matching("io.gantry.(*)..")
          .should()
          .beFreeOfCycles()
          .because("each arrow goes down one floor");

  @ArchTest
  static final ArchRule packagesHaveNoCycles =
      slices()
          .matching("io.gantry.(**)")
          .should()
          .beFreeOfCycles()
          .because("that holds inside a part too");

  @ArchTest
  static final ArchRule theWireIsKnownToTheApiAlone =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.gantry.api..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.gantry.api..")
          .because("nothing but api knows Docker's JSON shape and HTTP");

  @ArchTest
  static final ArchRule theConsoleSpeaksOnlyTheApi =
      noClasses()
          .that()
          .resideInAPackage("io.gantry.console..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "io.gantry.api..",
              "io.gantry.config..",
              "io.gantry.container..",
              "io.gantry.image..",
              "io.gantry.network..",
              "io.gantry.plugins..",
              "io.gantry.store..",
              "io.gantry.volume..",
              "org.springframework.boot.web..");

  @ArchTest
  static final ArchRule nothingOfTheServletApiBelowApi =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.gantry.api..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("jakarta.servlet..", "org.apache.catalina..", "org.apache.coyote..");

  @ArchTest
  static final ArchRule namesSayWhatAClassIs =
      noClasses()
          .should()
          .haveNameMatching(".*(Impl|Manager|Helper|Utils?|UtilS)$")
          .orShould()
          .haveSimpleNameStartingWith("Abstract");

  private static String[] concat(String[] first, String... second) {
    String[] all = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, all, first.length, second.length);
    return all;
  }

  private static String[] concat(String[] first, String[] second, String... third) {
    return concat(concat(first, second), third);
  }
}
