package io.gantry.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the package phase has built, as the launcher {@code gantry} runs it: tests start the engine
 * that is installed, with its caches, and not its classes in some other arrangement.
 */
public final class Distribution {

  private static final Path BUILT = Path.of("target", "gantry").toAbsolutePath();
  private static final Path JAR = BUILT.resolve("gantry.jar");
  private static final Path OPTIONS = Path.of("..", "config", "jvm").toAbsolutePath().normalize();

  private Distribution() {}

  /**
   * The command that starts the daemon.
   *
   * @param javaOptions more options of the JVM
   */
  public static List<String> daemon(String... javaOptions) {
    List<String> command = java("daemon", List.of(javaOptions));
    command.add("daemon");
    return command;
  }

  /** The command that starts the console. */
  public static List<String> console() {
    return java("console", List.of());
  }

  private static List<String> java(String role, List<String> javaOptions) {
    if (!Files.exists(JAR)) {
      throw new IllegalStateException("not built: " + JAR + "; run mvn verify, not mvn test");
    }
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + OPTIONS.resolve(role + ".options"));
    command.add(
        "-Djna.boot.library.path="
            + BUILT.resolve("native/com/sun/jna/linux-" + machine()).toString());
    Path cache = BUILT.resolve(role + ".aot");
    if (isOf(JAR, cache)) {
      command.addAll(List.of("-XX:AOTCache=" + cache, "-Xlog:aot=off", "-Xlog:cds=off"));
    } else {
      // a quick build makes neither the caches nor the code that Spring generates
      command.add("-Dspring.aot.enabled=false");
    }
    command.addAll(javaOptions);
    command.addAll(List.of("-jar", JAR.toString()));
    return command;
  }

  /** A cache of an earlier build may lie beside the jar of a quick one. */
  private static boolean isOf(Path jar, Path cache) {
    return Files.exists(cache) && cache.toFile().lastModified() >= jar.toFile().lastModified();
  }

  private static String machine() {
    String machine = System.getProperty("os.arch");
    return machine.equals("amd64") ? "x86-64" : machine;
  }
}
