package io.gantry.console.command;

import io.gantry.console.line.Arguments;
import io.gantry.console.line.UsageException;
import io.gantry.linux.terminal.UserTerminal;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The body of {@code POST /containers/create} for what {@code run} was told. */
final class ContainerRequest {

  private static final Pattern BYTES = Pattern.compile("(\\d+)([bkmgt]?)(?:i?b)?");
  private static final BigDecimal NANO = BigDecimal.valueOf(1_000_000_000L);

  private final Arguments arguments;
  private final ObjectNode request = Json.object();
  private final ObjectNode host = Json.object();

  private ContainerRequest(Arguments arguments) {
    this.arguments = arguments;
  }

  /**
   * Makes the request.
   *
   * @param size that of the user's terminal
   */
  static ObjectNode of(Arguments arguments, Optional<UserTerminal.Size> size) throws IOException {
    ContainerRequest made = new ContainerRequest(arguments);
    made.process();
    made.streams();
    made.files();
    made.networks();
    made.ports();
    made.limits();
    made.security();
    made.life();
    size.ifPresent(
        known -> {
          ArrayNode numbers = made.host.putArray("ConsoleSize");
          numbers.add(known.rows());
          numbers.add(known.columns());
        });
    made.request.set("HostConfig", made.host);
    return made.request;
  }

  private void process() throws IOException {
    request.put("Image", arguments.operand(0));
    List<String> command = arguments.operands().subList(1, arguments.operands().size());
    if (!command.isEmpty()) {
      request.set("Cmd", Json.array(command));
    }
    arguments
        .value("entrypoint")
        .ifPresent(entrypoint -> request.set("Entrypoint", Json.array(List.of(entrypoint))));
    List<String> environment =
        Environment.of(arguments.values("env-file"), arguments.values("env"), System.getenv());
    request.set("Env", Json.array(environment));
    text("user", request, "User");
    text("workdir", request, "WorkingDir");
    text("hostname", request, "Hostname");
    text("stop-signal", request, "StopSignal");
    arguments.number("stop-timeout").ifPresent(seconds -> request.put("StopTimeout", seconds));
    request.set("Labels", Json.pairs(arguments.values("label")));
  }

  private void streams() {
    boolean attached = !arguments.flag("detach");
    boolean input = arguments.flag("interactive");
    request.put("Tty", arguments.flag("tty"));
    request.put("OpenStdin", input);
    request.put("StdinOnce", input && attached);
    request.put("AttachStdin", input && attached);
    request.put("AttachStdout", attached);
    request.put("AttachStderr", attached);
  }

  private void files() {
    ArrayNode binds = host.putArray("Binds");
    ObjectNode volumes = request.putObject("Volumes");
    for (String volume : arguments.values("volume")) {
      int colon = volume.indexOf(':');
      if (colon < 0) {
        volumes.putObject(volume);
      } else {
        binds.add(source(volume.substring(0, colon)) + volume.substring(colon));
      }
    }
    lists("volumes-from", "VolumesFrom");
    ObjectNode tmpfs = host.putObject("Tmpfs");
    for (String mount : arguments.values("tmpfs")) {
      int colon = mount.indexOf(':');
      tmpfs.put(
          colon < 0 ? mount : mount.substring(0, colon),
          colon < 0 ? "" : mount.substring(colon + 1));
    }
    host.put("ReadonlyRootfs", arguments.flag("read-only"));
  }

  /** A path that starts with a dot is meant from the user's directory, not the daemon's. */
  private static String source(String source) {
    return source.equals(".") || source.startsWith("./") || source.startsWith("../")
        ? Path.of(source).toAbsolutePath().normalize().toString()
        : source;
  }

  private void networks() {
    List<String> networks = arguments.values("network");
    if (!networks.isEmpty()) {
      host.put("NetworkMode", networks.getFirst());
      ObjectNode endpoints = request.putObject("NetworkingConfig").putObject("EndpointsConfig");
      networks.stream().filter(ContainerRequest::isNetwork).forEach(endpoints::putObject);
    }
    lists("dns", "Dns");
    lists("add-host", "ExtraHosts");
  }

  /** Whether a mode names a network of its own. */
  private static boolean isNetwork(String mode) {
    return !List.of("default", "host", "none").contains(mode) && !mode.startsWith("container:");
  }

  private void ports() {
    ObjectNode exposed = request.putObject("ExposedPorts");
    ObjectNode bindings = host.putObject("PortBindings");
    for (String text : arguments.values("publish")) {
      for (PortSpec port : PortSpec.parse(text)) {
        exposed.putObject(port.container());
        ObjectNode binding = bindings.withArrayProperty(port.container()).addObject();
        binding.put("HostIp", port.ip());
        binding.put("HostPort", port.host());
      }
    }
    host.put("PublishAllPorts", arguments.flag("publish-all"));
  }

  private void limits() {
    arguments.value("memory").ifPresent(text -> host.put("Memory", bytes(text)));
    arguments.value("cpus").ifPresent(text -> host.put("NanoCpus", nanoCpus(text)));
    arguments.number("pids-limit").ifPresent(limit -> host.put("PidsLimit", limit));
  }

  private static long bytes(String text) {
    Matcher parts = BYTES.matcher(text.toLowerCase(Locale.ROOT));
    if (!parts.matches()) {
      throw new UsageException(
          "invalid argument \"" + text + "\" for \"-m, --memory\": invalid size");
    }
    int power = "bkmgt".indexOf(parts.group(2).isEmpty() ? "b" : parts.group(2));
    try {
      return Math.multiplyExact(Long.parseLong(parts.group(1)), 1L << (10 * power));
    } catch (ArithmeticException | NumberFormatException e) {
      throw new UsageException("invalid argument \"" + text + "\" for \"-m, --memory\": too large");
    }
  }

  private static long nanoCpus(String text) {
    try {
      return new BigDecimal(text).multiply(NANO).longValueExact();
    } catch (ArithmeticException | NumberFormatException e) {
      throw new UsageException(
          "invalid argument \"" + text + "\" for \"--cpus\": not a number of CPUs");
    }
  }

  private void security() {
    host.put("Privileged", arguments.flag("privileged"));
    lists("cap-add", "CapAdd");
    lists("cap-drop", "CapDrop");
    lists("security-opt", "SecurityOpt");
  }

  private void life() {
    host.put("AutoRemove", arguments.flag("rm"));
    if (arguments.flag("init")) {
      host.put("Init", true);
    }
    arguments.value("restart").ifPresent(this::restart);
    if (arguments.value("log-driver").isPresent() || !arguments.values("log-opt").isEmpty()) {
      ObjectNode log = host.putObject("LogConfig");
      log.put("Type", arguments.value("log-driver").orElse(""));
      log.set("Config", Json.pairs(arguments.values("log-opt")));
    }
  }

  private void restart(String text) {
    int colon = text.indexOf(':');
    ObjectNode policy = host.putObject("RestartPolicy");
    policy.put("Name", colon < 0 ? text : text.substring(0, colon));
    if (colon >= 0) {
      try {
        policy.put("MaximumRetryCount", Integer.parseInt(text.substring(colon + 1)));
      } catch (NumberFormatException e) {
        throw new UsageException(
            "invalid argument \""
                + text
                + "\" for \"--restart\": maximum retry count must be an"
                + " integer");
      }
    }
  }

  private void text(String option, ObjectNode target, String field) {
    arguments.value(option).ifPresent(value -> target.put(field, value));
  }

  private void lists(String option, String field) {
    List<String> values = arguments.values(option);
    if (!values.isEmpty()) {
      host.set(field, Json.array(values));
    }
  }
}
