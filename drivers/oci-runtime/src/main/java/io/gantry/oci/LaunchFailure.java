package io.gantry.oci;

import io.gantry.plugins.runtime.LaunchException;
import io.gantry.plugins.runtime.LaunchException.Reason;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Puts what crun or runc print when they fail into the one form clients know: runc's words, inside
 * Docker's. Clients look for "executable file not found", "no such file or directory" and
 * "permission denied" to choose an exit code.
 */
final class LaunchFailure {

  private static final String CREATE =
      "failed to create task for container: failed to create shim task: OCI runtime create"
          + " failed: runc create failed: unable to start container process: error during"
          + " container init: ";
  private static final String EXEC =
      "OCI runtime exec failed: exec failed: unable to start container process: ";

  /** A line of runc's log: time="..." level=error msg="...". */
  private static final Pattern ENVELOPE =
      Pattern.compile("(?:time=\"[^\"]*\" )?level=\\w+ msg=\"((?:[^\"\\\\]|\\\\.)*)\".*");

  /** What runc says before what is the matter. */
  private static final Pattern RUNC_PREFIX =
      Pattern.compile(
          "^(?:runc (?:create|run|start) failed: |exec failed: |container_linux\\.go:\\d+: )*"
              + "(?:unable to start container process: )?(?:error during container init: )?");

  private static final Pattern CRUN_NOT_IN_PATH =
      Pattern.compile("executable file [`'\"]([^`'\"]*)[`'\"] not found in \\$PATH");
  private static final Pattern CRUN_OPEN =
      Pattern.compile("(?:open executable|exec)[^:]*: ([A-Za-z ]+)\\s*$");
  private static final Pattern CRUN_CHDIR =
      Pattern.compile("(?:cannot )?chdir(?: to)? [`'\"]?([^`'\"]*)[`'\"]?: (.*)");
  private static final Pattern CRUN_DIAGNOSTIC =
      Pattern.compile("^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z: ");
  private static final Pattern CRUN_HOOK =
      Pattern.compile("error executing hook [`'\"]([^`'\"]*)[`'\"] \\(exit code: (\\d+)\\)");

  private static final Pattern HOOK_TIMEOUT =
      Pattern.compile(
          "(?:timeout expired for [`'\"]([^`'\"]*)[`'\"]|hook ran past specified timeout.*)");

  /** Stands for a runtime's message when its hooks had to be ended. */
  static final String HOOKS_TOO_LONG = "hook ran past specified timeout";

  private LaunchFailure() {}

  static LaunchException create(String output, String program, String hookErrors) {
    return failure(CREATE, output, program, hookErrors);
  }

  static LaunchException exec(String output, String program) {
    return failure(EXEC, output, program, "");
  }

  private static LaunchException failure(
      String prefix, String output, String program, String hookErrors) {
    String text = strip(output);
    String detail = detail(text, program, hookErrors);
    Reason reason = reason(detail);
    String message = prefix + detail;
    if (reason == Reason.MOUNT_MISMATCH) {
      message +=
          ": Are you trying to mount a directory onto a file (or vice-versa)? Check if the"
              + " specified host path exists and is the expected type";
    }
    return new LaunchException(reason, message, null);
  }

  /** Takes the program's own envelope off, and warnings before the last line. */
  static String strip(String output) {
    String last = "";
    for (String line : output.strip().split("\n")) {
      Matcher envelope = ENVELOPE.matcher(line.strip());
      String text = envelope.matches() ? unescape(envelope.group(1)) : line.strip();
      if (!text.isEmpty() && !line.contains("level=warning")) {
        last = text;
      }
    }
    last = CRUN_DIAGNOSTIC.matcher(last).replaceFirst("");
    return RUNC_PREFIX.matcher(last).replaceFirst("");
  }

  private static String unescape(String quoted) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < quoted.length(); i++) {
      char c = quoted.charAt(i);
      if (c == '\\' && i + 1 < quoted.length()) {
        char next = quoted.charAt(++i);
        text.append(
            switch (next) {
              case 'n' -> '\n';
              case 't' -> '\t';
              default -> next;
            });
      } else {
        text.append(c);
      }
    }
    return text.toString();
  }

  private static String detail(String text, String program, String hookErrors) {
    if (text.startsWith("exec: ")) {
      // runc's own words already.
      return text.endsWith("is a directory") ? text + ": permission denied" : text;
    }
    Matcher notInPath = CRUN_NOT_IN_PATH.matcher(text);
    if (notInPath.find()) {
      return notFound(notInPath.group(1));
    }
    Matcher open = CRUN_OPEN.matcher(text);
    if (open.find()) {
      return switch (open.group(1).toLowerCase(Locale.ROOT).strip()) {
        case "no such file or directory" -> notFound(program);
        case "is a directory" -> "exec: \"" + program + "\": is a directory: permission denied";
        case "permission denied", "operation not permitted" ->
            program.isEmpty() ? notFound(program) : "exec: \"" + program + "\": permission denied";
        default -> "exec: \"" + program + "\": " + goStyle(open.group(1));
      };
    }
    Matcher chdir = CRUN_CHDIR.matcher(text);
    if (chdir.find()) {
      return "chdir to cwd (\""
          + chdir.group(1)
          + "\") set in config.json failed: "
          + goStyle(chdir.group(2));
    }
    Matcher hook = CRUN_HOOK.matcher(text);
    if (hook.find()) {
      return "error running hook "
          + hook.group(1)
          + ": exit status "
          + hook.group(2)
          + ", stdout: , stderr: "
          + hookErrors.strip();
    }
    if (HOOK_TIMEOUT.matcher(text).find()) {
      return "error running hook: " + text + ", stderr: " + hookErrors.strip();
    }
    return text.isEmpty() ? "the runtime failed without a message" : lowerErrno(text);
  }

  private static String notFound(String program) {
    return program.contains("/")
        ? "exec: \"" + program + "\": stat " + program + ": no such file or directory"
        : "exec: \"" + program + "\": executable file not found in $PATH";
  }

  /** C libraries begin the text of an error with a capital, Go does not. */
  private static String lowerErrno(String text) {
    int colon = text.lastIndexOf(": ");
    return colon < 0 ? text : text.substring(0, colon + 2) + goStyle(text.substring(colon + 2));
  }

  private static String goStyle(String errno) {
    return errno.isEmpty()
        ? errno
        : errno.substring(0, 1).toLowerCase(Locale.ROOT) + errno.substring(1);
  }

  /** The order is Docker's (daemon/errors.go). */
  private static Reason reason(String detail) {
    String lower = detail.toLowerCase(Locale.ROOT);
    if (lower.contains("permission denied") && !lower.contains("oom_score_adj")) {
      return Reason.NOT_EXECUTABLE;
    }
    if (lower.contains("not a directory")) {
      return Reason.MOUNT_MISMATCH;
    }
    if (lower.contains("executable file not found")
        || lower.contains("no such file or directory")) {
      return Reason.NOT_FOUND;
    }
    return Reason.OTHER;
  }
}
