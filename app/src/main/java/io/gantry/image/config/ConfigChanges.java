package io.gantry.image.config;

import io.gantry.error.EngineException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Dockerfile instructions that change a configuration: {@code --change} of import and commit (moby
 * {@code builder/dockerfile}, {@code BuildFromConfig}). For one use by one thread.
 */
public final class ConfigChanges {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int MAX_TEXT = 64 * 1024;
  private static final int MAX_PORTS = 65_536;
  private static final List<String> SHELL = List.of("/bin/sh", "-c");
  private static final Pattern LINE = Pattern.compile("(?s)\\s*(\\S+)(?:\\s+(.*))?");
  private static final Pattern PORT =
      Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?(?:/(tcp|udp|sctp))?", Pattern.CASE_INSENSITIVE);

  private String user;
  private final Set<String> ports;
  private final Map<String, String> env = new LinkedHashMap<>();
  private Optional<List<String>> entrypoint;
  private Optional<List<String>> cmd;
  private final Set<String> volumes;
  private String workingDir;
  private final Map<String, String> labels;
  private String stopSignal;
  private RunConfig.@Nullable HealthProbe probe;
  private final List<String> onBuild;
  private final RunConfig base;
  private boolean cmdSet;

  private ConfigChanges(RunConfig base) {
    this.base = base;
    user = base.user();
    ports = new LinkedHashSet<>(base.exposedPorts());
    for (String entry : base.env().orElse(List.of())) {
      int equals = entry.indexOf('=');
      env.put(
          equals < 0 ? entry : entry.substring(0, equals),
          equals < 0 ? "" : entry.substring(equals + 1));
    }
    entrypoint = base.entrypoint();
    cmd = base.cmd();
    volumes = new LinkedHashSet<>(base.volumes());
    workingDir = base.workingDir();
    labels = new LinkedHashMap<>(base.labels().orElse(Map.of()));
    stopSignal = base.stopSignal();
    probe = base.healthcheck().orElse(null);
    onBuild = new ArrayList<>(base.onBuild().orElse(List.of()));
  }

  /**
   * The configuration after the changes.
   *
   * @param changes one instruction each, or several in lines
   * @throws EngineException INVALID with the builder's words
   */
  public static RunConfig apply(RunConfig base, List<String> changes) {
    if (changes.isEmpty()) {
      return base;
    }
    String text = String.join("\n", changes);
    if (text.length() > MAX_TEXT) {
      throw EngineException.invalid("changes are longer than " + MAX_TEXT + " characters");
    }
    ConfigChanges result = new ConfigChanges(base);
    for (String line : text.replaceAll("\\\\[ \\t]*\\r?\\n", "").split("\\r?\\n")) {
      if (!line.isBlank() && !line.strip().startsWith("#")) {
        result.instruction(line.strip());
      }
    }
    return result.build();
  }

  private RunConfig build() {
    List<String> variables =
        env.entrySet().stream().map(e -> e.getKey() + "=" + e.getValue()).toList();
    return new RunConfig(
        user,
        Set.copyOf(ports),
        variables.isEmpty() ? base.env() : Optional.of(variables),
        entrypoint,
        cmd,
        Set.copyOf(volumes),
        workingDir,
        labels.isEmpty() ? base.labels() : Optional.of(Map.copyOf(labels)),
        stopSignal,
        base.stopTimeout(),
        Optional.ofNullable(probe),
        onBuild.isEmpty() ? base.onBuild() : Optional.of(List.copyOf(onBuild)),
        base.shell(),
        base.argsEscaped());
  }

  private void instruction(String line) {
    Matcher parts = LINE.matcher(line);
    if (!parts.matches()) {
      throw EngineException.invalid("unknown instruction: " + line);
    }
    String name = String.valueOf(parts.group(1)).toUpperCase(Locale.ROOT);
    String rest = parts.group(2) == null ? "" : parts.group(2).strip();
    if (rest.isEmpty() && !name.equals("CMD") && !name.equals("ENTRYPOINT") && isKnown(name)) {
      throw EngineException.invalid(name + " requires at least one argument");
    }
    switch (name) {
      case "CMD" -> {
        cmd = Optional.of(command(rest));
        cmdSet = true;
      }
      case "ENTRYPOINT" -> {
        entrypoint = Optional.of(command(rest));
        if (!cmdSet) {
          cmd = Optional.empty();
        }
      }
      case "ENV" -> env.putAll(pairs("ENV", rest));
      case "LABEL" -> labels.putAll(pairs("LABEL", rest));
      case "EXPOSE" -> ShellWords.split(rest, env).forEach(this::expose);
      case "USER" -> user = single("USER", rest);
      case "WORKDIR" -> workdir(single("WORKDIR", rest));
      case "VOLUME" -> volumes(rest);
      case "STOPSIGNAL" -> stopSignal = single("STOPSIGNAL", rest);
      case "HEALTHCHECK" -> probe = HealthInstruction.read(rest);
      case "ONBUILD" -> onBuild.add(trigger(rest));
      default -> throw EngineException.invalid(parts.group(1) + " is not a valid change command");
    }
  }

  private static boolean isKnown(String name) {
    return Set.of(
            "ENV",
            "LABEL",
            "EXPOSE",
            "USER",
            "WORKDIR",
            "VOLUME",
            "STOPSIGNAL",
            "HEALTHCHECK",
            "ONBUILD")
        .contains(name);
  }

  /** The exec form, or the shell form behind a shell. */
  private List<String> command(String rest) {
    Optional<List<String>> exec = jsonArray(rest);
    if (exec.isPresent()) {
      return exec.get();
    }
    if (rest.isEmpty()) {
      return List.of();
    }
    List<String> command = new ArrayList<>(base.shell().filter(s -> !s.isEmpty()).orElse(SHELL));
    command.add(rest);
    return command;
  }

  static Optional<List<String>> jsonArray(String text) {
    if (!text.startsWith("[")) {
      return Optional.empty();
    }
    try {
      JsonNode array = MAPPER.readTree(text);
      List<String> list = new ArrayList<>();
      for (int i = 0; array != null && i < array.size(); i++) {
        if (!array.path(i).isString()) {
          return Optional.empty();
        }
        list.add(array.path(i).asString(""));
      }
      return Optional.of(list);
    } catch (JacksonException e) {
      return Optional.empty();
    }
  }

  private Map<String, String> pairs(String instruction, String rest) {
    List<String> words = ShellWords.split(rest, env);
    Map<String, String> pairs = new LinkedHashMap<>();
    int space = firstSpace(rest);
    boolean old = (space < 0 ? rest : rest.substring(0, space)).indexOf('=') < 0;
    if (old) {
      if (space < 0) {
        throw EngineException.invalid(instruction + " must have two arguments");
      }
      pairs.put(words.getFirst(), ShellWords.expand(rest.substring(space).strip(), env));
      return pairs;
    }
    for (String word : words) {
      int equals = word.indexOf('=');
      if (equals < 0) {
        throw EngineException.invalid(
            "Syntax error - can't find = in \"" + word + "\". Must be of the form: name=value");
      }
      if (equals == 0) {
        throw EngineException.invalid(instruction + " names can not be blank");
      }
      pairs.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return pairs;
  }

  static int firstSpace(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (Character.isWhitespace(text.charAt(i))) {
        return i;
      }
    }
    return -1;
  }

  private void expose(String word) {
    Matcher port = PORT.matcher(word);
    if (!port.matches()) {
      throw EngineException.invalid("Invalid containerPort: " + word);
    }
    int first = Integer.parseInt(String.valueOf(port.group(1)));
    int last = port.group(2) == null ? first : Integer.parseInt(port.group(2));
    String protocol = port.group(3) == null ? "tcp" : port.group(3).toLowerCase(Locale.ROOT);
    if (first > last || last >= MAX_PORTS) {
      throw EngineException.invalid("invalid range format for --expose: " + word);
    }
    for (int number = first; number <= last; number++) {
      ports.add(number + "/" + protocol);
    }
  }

  private String single(String instruction, String rest) {
    List<String> words = ShellWords.split(rest, env);
    if (words.size() != 1 && !instruction.equals("WORKDIR")) {
      throw EngineException.invalid(instruction + " requires exactly one argument");
    }
    return String.join(" ", words);
  }

  private void workdir(String path) {
    String whole = path.startsWith("/") ? path : workingDir + "/" + path;
    workingDir = Path.of("/" + whole).normalize().toString();
  }

  private void volumes(String rest) {
    List<String> paths = jsonArray(rest).orElseGet(() -> ShellWords.split(rest, env));
    for (String path : paths) {
      if (path.isBlank()) {
        throw EngineException.invalid("VOLUME specified can not be an empty string");
      }
      volumes.add(path.strip());
    }
  }

  private static String trigger(String rest) {
    String name = rest.split("\\s", 2)[0].toUpperCase(Locale.ROOT);
    switch (name) {
      case "ONBUILD" ->
          throw EngineException.invalid("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
      case "MAINTAINER", "FROM" ->
          throw EngineException.invalid(name + " isn't allowed as an ONBUILD trigger");
      default -> {
        return rest;
      }
    }
  }
}
