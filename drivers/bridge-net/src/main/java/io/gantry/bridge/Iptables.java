package io.gantry.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** The programs {@code iptables-save} and {@code iptables-restore} of one address family. */
class Iptables {

  private static final List<Path> PLACES =
      List.of(Path.of("/usr/sbin"), Path.of("/sbin"), Path.of("/usr/bin"), Path.of("/bin"));
  private static final int OUTPUT_LIMIT = 64 << 20;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final String prefix;

  Iptables(boolean ipv6) {
    prefix = ipv6 ? "ip6tables" : "iptables";
  }

  /** All rules of the host. */
  String save() throws IOException {
    return run(List.of(program("-save")), "", LIMIT);
  }

  /**
   * Carries out the commands, table by table; each table changes at once or not at all. Nothing
   * else is flushed.
   */
  void restore(String commands) throws IOException {
    run(List.of(program("-restore"), "-n", "-w", "10"), commands, LIMIT);
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

  /**
   * Runs a program to its end. One that does not end in time, or whose output is still held open
   * then, is killed.
   *
   * @param input for its standard input
   * @return its output
   */
  static String run(List<String> command, String input, Duration limit) throws IOException {
    Process process = new ProcessBuilder(command).start();
    CompletableFuture<String> output = later(() -> text(process.getInputStream(), OUTPUT_LIMIT));
    CompletableFuture<String> errors = later(() -> text(process.getErrorStream(), 8192));
    CompletableFuture<Optional<IOException>> fed = later(() -> feed(process, input));
    try {
      CompletableFuture.allOf(output, errors, fed, process.onExit())
          .get(limit.toMillis(), TimeUnit.MILLISECONDS);
      if (process.exitValue() != 0) {
        IOException failure = new IOException(command.getFirst() + ": " + errors.join().strip());
        fed.join().ifPresent(failure::addSuppressed);
        throw failure;
      }
      return output.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(command.getFirst() + " was interrupted", e);
    } catch (TimeoutException e) {
      throw new IOException(command.getFirst() + " did not end in " + limit.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw new IOException(command.getFirst() + ": " + e.getCause(), e);
    } finally {
      process.destroyForcibly();
    }
  }

  private static <T> CompletableFuture<T> later(Supplier<T> task) {
    return CompletableFuture.supplyAsync(task, Thread::startVirtualThread);
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
