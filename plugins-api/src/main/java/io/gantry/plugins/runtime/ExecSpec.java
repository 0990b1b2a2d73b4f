package io.gantry.plugins.runtime;

/**
 * A further process for a running container.
 *
 * @param execId like a container's id, unique in the container
 * @param process the OCI {@code process} object, JSON
 * @param tty the same as {@code process.terminal}
 * @param openStdin standard input can be written through {@link Exec#streams()}; otherwise it is
 *     {@code /dev/null}
 * @param attach output is wanted; otherwise it is thrown away
 */
public record ExecSpec(
    String execId, String process, boolean tty, boolean openStdin, boolean attach) {

  /** Whether the streams are connected at all. */
  public boolean connected() {
    return attach || openStdin;
  }
}
