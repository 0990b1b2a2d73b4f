package io.gantry.api.wire;

import io.gantry.container.record.ExecConfig;
import io.gantry.container.record.ExecConfig.ConsoleSize;
import io.gantry.error.EngineException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The body of {@code POST /containers/{id}/exec} (API v1.51). */
@GoName("container.ExecOptions")
public record ExecRequest(
    @Nullable String user,
    boolean privileged,
    boolean tty,
    @Nullable List<Integer> consoleSize,
    boolean attachStdin,
    boolean attachStderr,
    boolean attachStdout,
    @Nullable String detachKeys,
    @Nullable List<String> env,
    @Nullable String workingDir,
    @Nullable List<String> cmd) {

  /** The body of {@code POST /exec/{id}/start}. */
  @GoName("container.ExecStartOptions")
  public record Start(boolean detach, boolean tty, @Nullable List<Integer> consoleSize) {

    public Optional<ConsoleSize> size() {
      return ExecRequest.size(consoleSize);
    }
  }

  public ExecConfig config() {
    return new ExecConfig(
        Objects.requireNonNullElse(user, ""),
        tty,
        attachStdin,
        attachStdout,
        attachStderr,
        Objects.requireNonNullElse(detachKeys, ""),
        Objects.requireNonNullElse(env, List.of()),
        Objects.requireNonNullElse(cmd, List.of()),
        privileged,
        Objects.requireNonNullElse(workingDir, ""),
        size(consoleSize));
  }

  /** Rows and columns; absent, or two zeros, is none. */
  static Optional<ConsoleSize> size(@Nullable List<Integer> size) {
    if (size == null || size.isEmpty()) {
      return Optional.empty();
    }
    int rows = size.getFirst();
    int columns = size.size() > 1 ? size.get(1) : 0;
    if (rows < 0 || columns < 0) {
      throw EngineException.invalid("invalid console size: " + rows + " rows, " + columns);
    }
    return rows == 0 && columns == 0
        ? Optional.empty()
        : Optional.of(new ConsoleSize(rows, columns));
  }
}
