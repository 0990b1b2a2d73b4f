package io.gantry.api.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.gantry.container.exec.ExecSession;
import io.gantry.container.record.ExecConfig;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An exec (API v1.51, {@code GET /exec/{id}/json}). */
@SuppressWarnings("ArrayRecordComponent") // base64 in JSON
public record ExecInspect(
    @JsonProperty("ID") String id,
    boolean running,
    @Nullable Integer exitCode,
    Process processConfig,
    boolean openStdin,
    boolean openStderr,
    boolean openStdout,
    boolean canRemove,
    @JsonProperty("ContainerID") String containerId,
    byte[] detachKeys,
    int pid) {

  /** What is run. */
  public record Process(
      @JsonProperty("tty") boolean tty,
      @JsonProperty("entrypoint") String entrypoint,
      @JsonProperty("arguments") List<String> arguments,
      @JsonProperty("privileged") boolean privileged,
      @JsonProperty("user") @JsonInclude(JsonInclude.Include.NON_EMPTY) String user) {}

  /**
   * @param detachKeys what a terminal sends for the keys; empty when none were given
   */
  public static ExecInspect of(ExecSession session, byte[] detachKeys) {
    ExecConfig config = session.config();
    List<String> cmd = config.cmd();
    return new ExecInspect(
        session.id(),
        session.isRunning(),
        session.exitCode().isPresent() ? session.exitCode().getAsInt() : null,
        new Process(
            config.tty(),
            cmd.isEmpty() ? "" : cmd.getFirst(),
            cmd.isEmpty() ? cmd : cmd.subList(1, cmd.size()),
            config.privileged(),
            config.user()),
        config.attachStdin(),
        config.attachStderr(),
        config.attachStdout(),
        false,
        session.containerId(),
        detachKeys,
        session.pid());
  }
}
