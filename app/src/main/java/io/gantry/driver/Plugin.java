package io.gantry.driver;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Where drivers come from: the daemon's own class path, or the jars of one plugin directory.
 *
 * @param name the directory's name
 * @param builtIn the class path
 */
record Plugin(String name, boolean builtIn, ClassLoader loader) {

  private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
      Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  static Plugin builtIn(ClassLoader loader) {
    return new Plugin("built-in", true, loader);
  }

  /**
   * Takes a directory of jars.
   *
   * @throws IOException when it has no jar, or somebody else could have put one there
   */
  static Plugin fromDirectory(Path directory, ClassLoader daemon) throws IOException {
    List<URL> jars = new ArrayList<>();
    List<Path> files;
    requireOnlyOurs(directory);
    try (Stream<Path> entries = Files.list(directory)) {
      files = entries.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : files) {
      requireOnlyOurs(jar);
      jars.add(jar.toUri().toURL());
    }
    if (jars.isEmpty()) {
      throw new IOException("no jar in " + directory);
    }
    String name = String.valueOf(directory.getFileName());
    return new Plugin(name, false, new PluginClassLoader(name, jars.toArray(URL[]::new), daemon));
  }

  private static void requireOnlyOurs(Path path) throws IOException {
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS);
    if (Files.isSymbolicLink(path)) {
      throw new IOException(path + " is a symbolic link");
    }
    if (permissions.stream().anyMatch(WRITABLE_BY_OTHERS::contains)) {
      throw new IOException(path + " can be written by others than its owner");
    }
    int owner = (int) Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
    int daemon = (int) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    if (owner != 0 && owner != daemon) {
      throw new IOException(path + " belongs to user " + owner);
    }
  }
}
