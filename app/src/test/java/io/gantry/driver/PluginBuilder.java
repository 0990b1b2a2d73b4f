package io.gantry.driver;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Builds plugins as a third party would: compiled against plugins-api, packed into a jar with a
 * service file.
 */
public final class PluginBuilder {

  private final Path work;
  private final Path plugins;

  /**
   * @param work for sources and classes
   * @param plugins the directory the daemon looks into
   */
  public PluginBuilder(Path work, Path plugins) {
    this.work = work;
    this.plugins = plugins;
  }

  /**
   * Builds one.
   *
   * @param name of the plugin's directory
   * @param service the factory interface
   * @param provider the class that implements it
   * @param sources each a Java source whose first line is {@code // File.java}
   * @param forgotten classes that are not packed
   */
  public void build(
      String name, Class<?> service, String provider, List<String> sources, List<String> forgotten)
      throws IOException {
    Path source = Files.createDirectories(work.resolve(name).resolve("src"));
    Path classes = Files.createDirectories(work.resolve(name).resolve("classes"));
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-proc:none",
                "-nowarn",
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path")));
    for (String text : sources) {
      Path file = source.resolve(text.substring(3, text.indexOf(".java")) + ".java");
      Files.writeString(file, text);
      arguments.add(file.toString());
    }
    int result =
        ToolProvider.findFirst("javac")
            .orElseThrow()
            .run(System.out, System.err, arguments.toArray(String[]::new));
    if (result != 0) {
      throw new IOException("plugin " + name + " does not compile");
    }
    Path jar = Files.createDirectories(plugins.resolve(name)).resolve(name + ".jar");
    try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        String entry = classes.relativize(file).toString();
        if (forgotten.stream().noneMatch(f -> entry.equals(f + ".class"))) {
          out.putNextEntry(new JarEntry(entry));
          out.write(Files.readAllBytes(file));
        }
      }
      out.putNextEntry(new JarEntry("META-INF/services/" + service.getName()));
      out.write((provider + "\n").getBytes(UTF_8));
    }
  }
}
