package io.gantry.container.record;

import java.util.List;
import java.util.Optional;

/**
 * A process to run in a container ({@code POST /containers/{id}/exec}).
 *
 * @param user user[:group]; empty is the container's
 * @param tty a terminal is the standard streams
 * @param attachStdin the client sends input
 * @param attachStdout the client wants output
 * @param attachStderr the client wants errors
 * @param detachKeys that leave the process; empty is the daemon's default
 * @param env {@code NAME=value}, added to the container's
 * @param cmd program and arguments, at least one
 * @param privileged with all capabilities
 * @param workingDir absolute; empty is the container's
 * @param consoleSize rows and columns of the terminal
 */
public record ExecConfig(
    String user,
    boolean tty,
    boolean attachStdin,
    boolean attachStdout,
    boolean attachStderr,
    String detachKeys,
    List<String> env,
    List<String> cmd,
    boolean privileged,
    String workingDir,
    Optional<ConsoleSize> consoleSize) {

  public ExecConfig {
    env = List.copyOf(env);
    cmd = List.copyOf(cmd);
  }

  /** Of a terminal, in characters. */
  public record ConsoleSize(int rows, int columns) {}

  /** This with a terminal of that size. */
  public ExecConfig with(Optional<ConsoleSize> size) {
    return new ExecConfig(
        user,
        tty,
        attachStdin,
        attachStdout,
        attachStderr,
        detachKeys,
        env,
        cmd,
        privileged,
        workingDir,
        size);
  }
}
