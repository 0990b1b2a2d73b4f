package io.gantry.linux.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A line of {@code /proc/<pid>/stat} (proc(5)).
 *
 * @param state {@code Z} for a zombie
 * @param parent process number
 * @param session process number of its leader
 * @param startTime in clock ticks since boot; together with the process number it names a process
 *     for ever
 */
public record ProcStat(int pid, char state, int parent, int session, long startTime) {

  /** Empty when there is no such process. */
  public static Optional<ProcStat> of(int pid) {
    try {
      // The name, in brackets, may hold anything.
      String line =
          new String(
              Files.readAllBytes(Path.of("/proc", Integer.toString(pid), "stat")),
              StandardCharsets.ISO_8859_1);
      String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", 21);
      return Optional.of(
          new ProcStat(
              pid,
              fields[0].charAt(0),
              Integer.parseInt(fields[1]),
              Integer.parseInt(fields[3]),
              Long.parseLong(fields[19])));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Whether this process, and not another with its number, still runs. */
  public boolean runs() {
    return of(pid).filter(now -> now.startTime == startTime && now.state != 'Z').isPresent();
  }
}
