package io.gantry.container.hook;

import io.gantry.error.EngineException;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.OpenFlag;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Reads a hook file, as openEuler checks it (its docker patches 0011 to 0017). */
final class HookFile {

  private static final int LIMIT = 10 << 20;

  private HookFile() {}

  /**
   * The hooks in a file of the host.
   *
   * @throws EngineException INVALID, in openEuler's words
   */
  static HookSet read(String name) {
    Path path = path(name);
    // A named pipe must not keep anybody waiting.
    int flags = OpenFlag.READ_ONLY | OpenFlag.NON_BLOCKING | OpenFlag.NO_CONTROLLING_TTY;
    try (Fd file = Fd.open(path.toString(), flags)) {
      var stat = file.stat();
      if (!stat.isRegular()) {
        throw EngineException.invalid("hook spec file must be a regular text file: " + name);
      }
      if (stat.size() > LIMIT) {
        throw tooLarge();
      }
      try (InputStream in = Files.newInputStream(Path.of(file.procPath()))) {
        byte[] text = in.readNBytes(LIMIT + 1);
        if (text.length > LIMIT) {
          throw tooLarge();
        }
        return HookJson.parse(text);
      }
    } catch (ErrnoException e) {
      throw new EngineException(
          EngineException.Kind.INVALID, "stat hook spec file failed: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new EngineException(
          EngineException.Kind.INVALID, "open hook spec file error: " + e.getMessage(), e);
    }
  }

  private static Path path(String name) {
    try {
      Path path = Path.of(name);
      if (path.isAbsolute()) {
        return path;
      }
    } catch (InvalidPathException e) {
      throw new EngineException(
          EngineException.Kind.INVALID, "stat hook spec file failed: " + e.getMessage(), e);
    }
    throw EngineException.invalid("hook spec file must be an absolute path: " + name);
  }

  private static EngineException tooLarge() {
    return EngineException.invalid("Hook spec file size must not exceed " + LIMIT + " bytes");
  }
}
