package io.gantry.plugins.runtime;

import java.time.Instant;

/**
 * How a container ended.
 *
 * @param id the container
 * @param exitCode of its first process, 128 plus the signal's number when it was killed
 * @param finishedAt when
 * @param oomKilled whether the OOM killer killed one of its processes
 * @param error what went wrong, when the exit code could not be learnt; otherwise empty
 */
public record Exit(String id, int exitCode, Instant finishedAt, boolean oomKilled, String error) {}
