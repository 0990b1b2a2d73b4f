package io.gantry.image.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What an image says about containers made from it (the {@code config} object of the OCI image
 * specification, with Docker's additions). Lists that may be absent are Optional where absent and
 * empty mean different things in Docker's answers.
 *
 * @param user {@code user[:group]}
 * @param exposedPorts {@code port/protocol}
 * @param env {@code NAME=value}
 * @param entrypoint absent when the image sets none
 * @param cmd absent when the image sets none
 * @param volumes paths
 * @param workingDir absolute or empty
 * @param labels of the image
 * @param stopSignal name or number; may be empty
 * @param stopTimeout seconds
 * @param healthcheck absent when the image sets none
 * @param onBuild triggers, absent when never set
 * @param shell of the shell form
 * @param argsEscaped kept for images made on Windows
 */
public record RunConfig(
    String user,
    Set<String> exposedPorts,
    Optional<List<String>> env,
    Optional<List<String>> entrypoint,
    Optional<List<String>> cmd,
    Set<String> volumes,
    String workingDir,
    Optional<Map<String, String>> labels,
    String stopSignal,
    Optional<Integer> stopTimeout,
    Optional<HealthProbe> healthcheck,
    Optional<List<String>> onBuild,
    Optional<List<String>> shell,
    boolean argsEscaped) {

  /** Says nothing. */
  public static final RunConfig EMPTY =
      new RunConfig(
          "",
          Set.of(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Set.of(),
          "",
          Optional.empty(),
          "",
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          false);

  /**
   * A health check an image brings. Durations in nanoseconds, 0 is the default.
   *
   * @param test {@code NONE}, {@code CMD args...} or {@code CMD-SHELL command}
   * @param interval between probes
   * @param timeout of one probe
   * @param startPeriod in which failures do not count
   * @param startInterval between probes in the start period
   * @param retries failures in a row that make it unhealthy
   * @param exitOnUnhealthy openEuler: the container is killed when it becomes unhealthy
   */
  public record HealthProbe(
      List<String> test,
      long interval,
      long timeout,
      long startPeriod,
      long startInterval,
      int retries,
      boolean exitOnUnhealthy) {

    public HealthProbe {
      test = List.copyOf(test);
    }
  }
}
