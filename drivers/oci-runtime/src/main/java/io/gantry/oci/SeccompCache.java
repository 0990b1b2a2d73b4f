package io.gantry.oci;

import io.gantry.linux.file.WholeFile;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Compiled seccomp programs. crun 1.8 compiles a profile anew for each container, which is half its
 * work; the program it leaves in the first container's state directory is given to the next ones. A
 * program is known by the profile's text and by the runtime that compiled it, and is stored with
 * its checksum: a damaged one is compiled again, never used.
 */
final class SeccompCache {

  private static final Logger LOG = System.getLogger(SeccompCache.class.getName());
  private static final int INSTRUCTION = 8;

  /** BPF_MAXINSNS. */
  private static final int LARGEST = 4096 * INSTRUCTION;

  private static final int CHECKSUM = 32;

  private final Path directory;
  private final Map<String, String> programs = new ConcurrentHashMap<>();

  SeccompCache(Path directory) {
    this.directory = directory;
  }

  String key(OciRuntime runtime, String profile) throws IOException {
    long changed = runtime.program().changed().toMillis();
    String text = runtime.program().path() + "\n" + changed + "\n" + profile;
    return HexFormat.of().formatHex(sha256(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** The program in base64, if it has been learnt. */
  Optional<String> find(String key) throws IOException {
    String known = programs.get(key);
    if (known != null) {
      return Optional.of(known);
    }
    byte[] stored;
    try {
      stored = Files.readAllBytes(directory.resolve(key));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
    byte[] program = Arrays.copyOfRange(stored, Math.min(CHECKSUM, stored.length), stored.length);
    if (!plausible(program) || !Arrays.equals(sha256(program), Arrays.copyOf(stored, CHECKSUM))) {
      LOG.log(Level.WARNING, "a stored seccomp program is damaged and will be made again");
      return Optional.empty();
    }
    String base64 = Base64.getEncoder().encodeToString(program);
    programs.put(key, base64);
    return Optional.of(base64);
  }

  /**
   * Takes the program crun compiled for a container just created. Does nothing where there is none.
   */
  void learn(String key, Path stateOfContainer) {
    try {
      byte[] program = Files.readAllBytes(stateOfContainer.resolve("seccomp.bpf"));
      if (plausible(program)) {
        byte[] stored = new byte[CHECKSUM + program.length];
        System.arraycopy(sha256(program), 0, stored, 0, CHECKSUM);
        System.arraycopy(program, 0, stored, CHECKSUM, program.length);
        WholeFile.replace(directory.resolve(key), stored);
        programs.put(key, Base64.getEncoder().encodeToString(program));
      }
    } catch (NoSuchFileException e) {
      LOG.log(Level.TRACE, "the runtime keeps no compiled seccomp program", e);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "cannot keep a compiled seccomp program", e);
    }
  }

  private static boolean plausible(byte[] program) {
    return program.length > 0 && program.length <= LARGEST && program.length % INSTRUCTION == 0;
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
