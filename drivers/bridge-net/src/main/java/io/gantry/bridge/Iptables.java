package io.gantry.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The programs {@code iptables-save} and {@code iptables-restore} of one address family. */
final class Iptables {

  private static final List<Path> PLACES =
      List.of(Path.of("/usr/sbin"), Path.of("/sbin"), Path.of("/usr/bin"), Path.of("/bin"));
  private static final int OUTPUT_LIMIT = 64 << 20;
  private static final long SECONDS = 60;

  private final String prefix;

  Iptables(boolean ipv6) {
    prefix = ipv6 ? "ip6tables" : "iptables";
  }

  /** All rules of the host. */
  String save() throws IOException {
    return run(List.of(program("-save")), "");
  }

  /**
   * Carries out the commands, table by table; each table changes at once or not at all. Nothing
   * else is flushed.
   */
  void restore(String commands) throws IOException {
    run(List.of(program("-restore"), "-n", "-w", "10"), commands);
  }

  private String program(String suffix) throws IOException {
    for (Path place : PLACES) {
      Path program = place.resolve(prefix + suffix);
      if (Files.isExecutable(program)) {
        return program.toString();
      }
    }
    throw new IOException(prefix + suffix + " is not installed");
  }

  private static String run(List<String> command, String input) throws IOException {
    Process process = new ProcessBuilder(command).start();
    try {
      Optional<IOException> refused = feed(process, input);
      Thread errors;
      StringBuilder message = new StringBuilder();
      try (InputStream err = process.getErrorStream()) {
        errors = Thread.startVirtualThread(() -> message.append(text(err, 8192)));
        String output = text(process.getInputStream(), OUTPUT_LIMIT);
        errors.join();
        if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
          throw new IOException(command.getFirst() + " did not end in " + SECONDS + " s");
        }
        if (process.exitValue() != 0) {
          IOException failure =
              new IOException(command.getFirst() + ": " + message.toString().strip());
          refused.ifPresent(failure::addSuppressed);
          throw failure;
        }
        return output;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(command.getFirst() + " was interrupted", e);
    } finally {
      process.destroyForcibly();
    }
  }

  /**
   * A program that has ended already says why on its error stream; the broken pipe is not the
   * reason.
   */
  private static Optional<IOException> feed(Process process, String input) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(e);
    }
  }

  private static String text(InputStream in, int limit) {
    try {
      String text = new String(in.readNBytes(limit), StandardCharsets.UTF_8);
      in.skip(Long.MAX_VALUE);
      return text;
    } catch (IOException e) {
      return "";
    }
  }
}
