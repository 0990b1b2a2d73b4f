package io.gantry.container;

import io.gantry.error.EngineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The processes of a container as {@code ps} on the host prints them ({@code GET
 * /containers/{id}/top}).
 *
 * @param titles the columns
 * @param rows a process each, as many values as columns
 */
public record ProcessTable(List<String> titles, List<List<String>> rows) {

  private static final Pattern RENAMED_PID = Pattern.compile("\\s+pid=\\S*|,pid=\\S*|opid=");
  private static final int MAX_OUTPUT = 16 << 20;

  public ProcessTable {
    titles = List.copyOf(titles);
    rows = List.copyOf(rows);
  }

  /**
   * Runs {@code ps}.
   *
   * @param arguments as the user gave them; empty is {@code -ef}
   */
  static ProcessTable of(List<Integer> pids, String arguments) {
    String given = arguments.isBlank() ? "-ef" : arguments;
    if (RENAMED_PID.matcher(given).find()) {
      throw EngineException.invalid("specifying \"" + given + "\" is not allowed");
    }
    List<String> words = new ArrayList<>(Arrays.asList(given.strip().split("\\s+")));
    List<String> narrowed = new ArrayList<>(words);
    narrowed.add("-q" + pids.stream().map(String::valueOf).collect(Collectors.joining(",")));
    Output output = ps(narrowed);
    if (output.exitCode() != 0) {
      output = ps(words);
    }
    if (output.exitCode() != 0) {
      throw EngineException.system(
          "ps: " + output.text().strip().lines().findFirst().orElse(""), null);
    }
    return parse(output.text(), new HashSet<>(pids));
  }

  static ProcessTable parse(String output, Set<Integer> pids) {
    List<String> lines = output.lines().toList();
    if (lines.isEmpty()) {
      throw EngineException.system("ps printed nothing", null);
    }
    List<String> titles = List.of(lines.getFirst().strip().split("\\s+"));
    int pidColumn = titles.indexOf("PID");
    if (pidColumn < 0) {
      throw EngineException.system("Couldn't find PID field in ps output", null);
    }
    List<List<String>> rows = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] fields = line.strip().split("\\s+", titles.size());
      if (fields.length > pidColumn && isOneOf(fields[pidColumn], pids)) {
        rows.add(List.of(fields));
      }
    }
    return new ProcessTable(titles, rows);
  }

  private static boolean isOneOf(String pid, Set<Integer> pids) {
    try {
      return pids.contains(Integer.valueOf(pid));
    } catch (NumberFormatException e) {
      return false;
    }
  }

  record Output(int exitCode, String text) {}

  private static Output ps(List<String> words) {
    List<String> command = new ArrayList<>(List.of("ps"));
    command.addAll(words);
    return run(command, MAX_OUTPUT);
  }

  /** Runs a program that prints at most so many bytes. */
  static Output run(List<String> command, int limit) {
    String name = command.getFirst();
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      try {
        process.getOutputStream().close();
        byte[] text = process.getInputStream().readNBytes(limit + 1);
        if (text.length > limit) {
          throw EngineException.system(name + " printed more than " + limit + " bytes", null);
        }
        return new Output(process.waitFor(), new String(text, StandardCharsets.UTF_8));
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      throw EngineException.system(name + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw EngineException.system(name + ": interrupted", e);
    }
  }
}
