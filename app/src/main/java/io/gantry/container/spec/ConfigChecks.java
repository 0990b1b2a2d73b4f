package io.gantry.container.spec;

import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.Healthcheck;
import io.gantry.container.record.HostConfig;
import io.gantry.error.EngineException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whether what is to run in a container makes sense, whatever the host; in Docker's order and
 * words.
 */
final class ConfigChecks {

  private static final long MILLISECOND = 1_000_000;
  private static final int MAX_SIGNAL = 64;
  private static final Pattern SIGNAL =
      Pattern.compile(
          "ABRT|ALRM|BUS|CHLD|CLD|CONT|FPE|HUP|ILL|INT|IO|IOT|KILL|PIPE|POLL|PROF|PWR|QUIT|SEGV|STKFLT|STOP|SYS|TERM|TRAP"
              + "|TSTP|TTIN|TTOU|URG|USR1|USR2|VTALRM|WINCH|XCPU|XFSZ|RTMIN(\\+([1-9]|1[0-5]))?|RTMAX(-([1-9]|1[0-4]))?");
  private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]{1,9}");

  private ConfigChecks() {}

  /** What the way it is connected allows. */
  static void network(ContainerConfig config, HostConfig hostConfig) {
    String mode = hostConfig.networkMode();
    boolean joins = mode.equals("container") || mode.startsWith("container:");
    if (joins) {
      if (mode.length() <= "container:".length()) {
        throw EngineException.invalid(
            "invalid network mode: invalid container format container:<name|id>");
      }
      refuse(!config.hostname().isEmpty(), "hostname and the network mode");
      refuse(
          !hostConfig.links().isEmpty(),
          "container type network can't be used with links. This would result in undefined"
              + " behavior");
      refuse(!hostConfig.dns().isEmpty(), "dns and the network mode");
      refuse(!hostConfig.extraHosts().isEmpty(), "custom host-to-IP mapping and the network mode");
      refuse(
          !hostConfig.portBindings().isEmpty() || hostConfig.publishAllPorts(),
          "port publishing and the container type network mode");
      refuse(!config.exposedPorts().isEmpty(), "port exposing and the container type network mode");
    }
    refuse(
        hostConfig.utsMode().equals("host") && !config.hostname().isEmpty(),
        "hostname and the UTS mode");
    refuse(
        mode.equals("host") && !hostConfig.links().isEmpty(),
        "host type networking can't be used with links. This would result in undefined behavior");
  }

  private static void refuse(boolean conflict, String what) {
    if (conflict) {
      throw EngineException.invalid("conflicting options: " + what);
    }
  }

  static void process(ContainerConfig config) {
    if (!config.workingDir().isEmpty() && !config.workingDir().startsWith("/")) {
      throw EngineException.invalid(
          "the working directory '%s' is invalid, it needs to be an absolute path"
              .formatted(config.workingDir()));
    }
    if (!config.stopSignal().isEmpty() && !isSignal(config.stopSignal())) {
      throw EngineException.invalid("invalid signal: " + config.stopSignal());
    }
    for (String entry : config.env()) {
      if (entry.isEmpty() || entry.startsWith("=")) {
        throw EngineException.invalid("invalid environment variable: " + entry);
      }
    }
    Umask.check(config.annotations());
    health(config.healthcheck());
  }

  private static boolean isSignal(String signal) {
    if (NUMBER.matcher(signal).matches()) {
      int number = Integer.parseInt(signal);
      return number > 0 && number <= MAX_SIGNAL;
    }
    String name = signal.toUpperCase(Locale.ROOT);
    return SIGNAL.matcher(name.startsWith("SIG") ? name.substring(3) : name).matches();
  }

  private static void health(@Nullable Healthcheck check) {
    if (check == null) {
      return;
    }
    atLeastMillisecond("Interval", check.interval());
    atLeastMillisecond("Timeout", check.timeout());
    if (check.retries() < 0) {
      throw EngineException.invalid("Retries in Healthcheck cannot be negative");
    }
    atLeastMillisecond("StartPeriod", check.startPeriod());
    atLeastMillisecond("StartInterval", check.startInterval());
  }

  private static void atLeastMillisecond(String name, long nanos) {
    if (nanos != 0 && nanos < MILLISECOND) {
      throw EngineException.invalid(name + " in Healthcheck cannot be less than 1ms");
    }
  }
}
