package io.gantry.oci;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.plugins.runtime.LaunchException;
import io.gantry.plugins.runtime.LaunchException.Reason;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Texts of crun 1.8 and 1.28, runc 1.1 and 1.3, and what Docker makes of them. */
class LaunchFailureTest {

  private static final String PREFIX =
      "failed to create task for container: failed to create shim task: OCI runtime create"
          + " failed: runc create failed: unable to start container process: error during"
          + " container init: ";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '#',
      value = {
        "executable file `x` not found in $PATH: No such file or directory|exec: \"x\": executable"
            + " file not found in $PATH|NOT_FOUND",
        "2026-11-23T20:00:00.123456Z: executable file `/x/y` not found in $PATH: No such file or"
            + " directory|exec: \"/x/y\": stat /x/y: no such file or directory|NOT_FOUND",
        "open executable: Permission denied|exec: \"prog\": permission denied|NOT_EXECUTABLE",
        "open executable: Operation not permitted|exec: \"prog\": permission denied|NOT_EXECUTABLE",
        "time=\"2026-11-23T20:00:00Z\" level=error msg=\"runc create failed: unable to start"
            + " container process: exec: \\\"x\\\": executable file not found in $PATH\"|exec:"
            + " \"x\": executable file not found in $PATH|NOT_FOUND",
        "time=\"2026-11-23T20:00:00Z\" level=error msg=\"runc create failed: unable to start"
            + " container process: error during container init: exec: \\\"/etc\\\": is a"
            + " directory\"|exec: \"/etc\": is a directory: permission denied|NOT_EXECUTABLE",
        "mount `/etc/passwd` to `etc`: Not a directory|mount `/etc/passwd` to `etc`: not a"
            + " directory: Are you trying to mount a directory onto a file (or vice-versa)? Check"
            + " if the specified host path exists and is the expected type|MOUNT_MISMATCH",
        "setrlimit `RLIMIT_NOFILE`: Operation not permitted|setrlimit `RLIMIT_NOFILE`: operation"
            + " not permitted|OTHER",
      })
  void textsAreThoseOfRunc(String output, String detail, Reason reason) {
    LaunchException failure = LaunchFailure.create(output, "prog", "");
    assertThat(failure).hasMessage(PREFIX + detail);
    assertThat(failure.reason()).isEqualTo(reason);
  }

  @ParameterizedTest
  @CsvSource({
    "NOT_FOUND,127,INVALID",
    "NOT_EXECUTABLE,126,INVALID",
    "MOUNT_MISMATCH,127,INVALID",
    "OTHER,128,SYSTEM"
  })
  void reasonsHaveDockersCodes(Reason reason, int exitCode, String kind) {
    LaunchException failure = new LaunchException(reason, "text", null);
    assertThat(failure.exitCode()).isEqualTo(exitCode);
    assertThat(failure.kind()).hasToString(kind);
  }
}
