package io.gantry.container.hook;

import io.gantry.error.EngineException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * Which programs may be hooks: those an administrator has put into one directory. They are looked
 * at when a container is created, and again when it starts.
 */
final class HookPrograms {

  private final Path directory;

  /**
   * @param directory that only root can write to
   */
  HookPrograms(Path directory) {
    this.directory = directory;
  }

  /**
   * The program's path with all links followed.
   *
   * @throws EngineException INVALID when it may not be run, in the words of openEuler's docker and
   *     iSulad
   */
  Path resolve(String name) {
    Path path = path(name);
    try {
      Path real = path.toRealPath();
      Path home = directory.toRealPath();
      // By components: "hooks-of-mine" is not in "hooks".
      if (!real.startsWith(home)) {
        throw elsewhere(name);
      }
      check(name, real);
      return real;
    } catch (NoSuchFileException e) {
      if (!path.normalize().startsWith(directory)) {
        throw elsewhere(name);
      }
      throw invalid("failed to canonicalise path for " + name + ": no such file or directory", e);
    } catch (IOException e) {
      throw invalid("failed to canonicalise path for " + name + ": " + e.getMessage(), e);
    }
  }

  private static Path path(String name) {
    try {
      Path path = Path.of(name);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw invalid("Hook path \"" + name + "\" is not a path", e);
    }
    throw EngineException.invalid("Hook path \"" + name + "\" must be an absolute path");
  }

  private EngineException elsewhere(String name) {
    return EngineException.invalid(
        "hook path \"%s\" isn't right, hook program must be put under \"%s\""
            .formatted(name, directory));
  }

  private static void check(String name, Path real) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(real);
    if (!Files.isRegularFile(real) || !executable(permissions)) {
      throw EngineException.invalid("Hook path \"" + name + "\" is not an executable file");
    }
    if (!Integer.valueOf(0).equals(Files.getAttribute(real, "unix:uid"))) {
      throw EngineException.invalid(
          "Hook file %s isn't right,file owner should be root".formatted(name));
    }
    if (permissions.contains(PosixFilePermission.GROUP_WRITE)
        || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
      throw EngineException.invalid("%s should not be written by non-root".formatted(name));
    }
  }

  private static boolean executable(Set<PosixFilePermission> permissions) {
    return permissions.contains(PosixFilePermission.OWNER_EXECUTE)
        || permissions.contains(PosixFilePermission.GROUP_EXECUTE)
        || permissions.contains(PosixFilePermission.OTHERS_EXECUTE);
  }

  private static EngineException invalid(String message, Exception cause) {
    return new EngineException(EngineException.Kind.INVALID, message, cause);
  }
}
