package io.gantry.container.spec;

import io.gantry.error.EngineException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A seccomp profile in Docker's format, whose rules depend on the capabilities a container is
 * given, on the kernel and on the machine. Resolving it gives the profile of the OCI runtime
 * specification. Immutable; results are remembered, for most containers are alike.
 */
public final class SeccompProfile {

  private static final String RESOURCE = "/seccomp.json";
  private static final int MAX_SIZE = 10 << 20;
  private static final int REMEMBERED = 64;
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final Pattern KERNEL = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

  private static final Set<String> ACTIONS =
      Set.of(
          "SCMP_ACT_KILL",
          "SCMP_ACT_KILL_PROCESS",
          "SCMP_ACT_KILL_THREAD",
          "SCMP_ACT_ERRNO",
          "SCMP_ACT_TRAP",
          "SCMP_ACT_ALLOW",
          "SCMP_ACT_TRACE",
          "SCMP_ACT_LOG",
          "SCMP_ACT_NOTIFY");

  private static final Set<String> OPERATORS =
      Set.of(
          "SCMP_CMP_NE",
          "SCMP_CMP_LT",
          "SCMP_CMP_LE",
          "SCMP_CMP_EQ",
          "SCMP_CMP_GE",
          "SCMP_CMP_GT",
          "SCMP_CMP_MASKED_EQ");

  /** Go's name of a machine to libseccomp's. */
  private static final Map<String, String> ARCHITECTURES =
      Map.ofEntries(
          Map.entry("amd64", "SCMP_ARCH_X86_64"),
          Map.entry("386", "SCMP_ARCH_X86"),
          Map.entry("arm64", "SCMP_ARCH_AARCH64"),
          Map.entry("arm", "SCMP_ARCH_ARM"),
          Map.entry("mips64", "SCMP_ARCH_MIPS64"),
          Map.entry("mips64le", "SCMP_ARCH_MIPSEL64"),
          Map.entry("ppc64le", "SCMP_ARCH_PPC64LE"),
          Map.entry("s390x", "SCMP_ARCH_S390X"),
          Map.entry("riscv64", "SCMP_ARCH_RISCV64"),
          Map.entry("loong64", "SCMP_ARCH_LOONGARCH64"));

  private final JsonNode profile;
  private final Map<List<String>, ObjectNode> resolved = new ConcurrentHashMap<>();

  private SeccompProfile(JsonNode profile) {
    this.profile = profile;
  }

  /** The engine's own profile, {@code config/seccomp.json} of the source tree. */
  public static SeccompProfile builtin() {
    try (InputStream in = SeccompProfile.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is not on the class path");
      }
      return new SeccompProfile(JSON.readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(RESOURCE, e);
    }
  }

  /**
   * @throws EngineException SYSTEM, in Docker's words, when it is not a profile
   */
  public static SeccompProfile parse(String text) {
    if (text.length() > MAX_SIZE) {
      throw EngineException.invalid(
          "Decoding seccomp profile failed: larger than " + MAX_SIZE + " bytes");
    }
    JsonNode tree;
    try {
      tree = JSON.readTree(text);
    } catch (JacksonException e) {
      throw EngineException.system("Decoding seccomp profile failed: " + reason(text, e), e);
    }
    if (tree.isMissingNode()) {
      throw EngineException.system(
          "Decoding seccomp profile failed: unexpected end of JSON input", null);
    }
    if (!tree.isObject()) {
      throw EngineException.system("Decoding seccomp profile failed: not a JSON object", null);
    }
    if (!items(tree, "architectures").isEmpty() && !items(tree, "archMap").isEmpty()) {
      throw EngineException.system(
          "both 'architectures' and 'archMap' are specified in the seccomp profile, use either"
              + " 'architectures' or 'archMap'",
          null);
    }
    for (JsonNode rule : items(tree, "syscalls")) {
      if (rule.hasNonNull("name") && !items(rule, "names").isEmpty()) {
        throw EngineException.system(
            "both 'name' and 'names' are specified in the seccomp profile, use either 'name' or"
                + " 'names'",
            null);
      }
    }
    checkActions(tree);
    return new SeccompProfile(tree);
  }

  /** In Go's words where users have learnt to know them. */
  private static String reason(String text, JacksonException e) {
    String start = text.strip();
    if (e instanceof UnexpectedEndOfInputException || start.isEmpty()) {
      return "unexpected end of JSON input";
    }
    return "{[\"-0123456789tfn".indexOf(start.charAt(0)) < 0
        ? "invalid character '" + start.charAt(0) + "' looking for beginning of value"
        : e.getOriginalMessage();
  }

  private static void checkActions(JsonNode profile) {
    List<JsonNode> rules = items(profile, "syscalls");
    if (!rules.isEmpty() || profile.hasNonNull("defaultAction")) {
      known(ACTIONS, profile.path("defaultAction").asString(""), "action");
    }
    for (JsonNode rule : rules) {
      known(ACTIONS, rule.path("action").asString(""), "action");
      for (JsonNode argument : items(rule, "args")) {
        known(OPERATORS, argument.path("op").asString(""), "operator");
      }
    }
  }

  private static void known(Set<String> words, String word, String kind) {
    if (!words.contains(word)) {
      throw EngineException.system(
          OciSpec.LAUNCH_FAILED + "string %s is not a valid %s for seccomp".formatted(word, kind),
          null);
    }
  }

  /** Whether it says nothing at all: then nothing is filtered. */
  boolean isEmpty() {
    return !profile.hasNonNull("defaultAction") && items(profile, "syscalls").isEmpty();
  }

  /**
   * The profile for one container, to be treated as immutable.
   *
   * @param capabilities given to the container, {@code CAP_*}
   * @param architecture Go's name
   * @param kernel release as {@code uname -r} prints it
   */
  ObjectNode resolve(Collection<String> capabilities, String architecture, String kernel) {
    List<String> key = List.copyOf(capabilities);
    ObjectNode known = resolved.get(key);
    if (known != null) {
      return known;
    }
    ObjectNode made = make(Set.copyOf(capabilities), architecture, kernel);
    if (resolved.size() < REMEMBERED) {
      resolved.put(key, made);
    }
    return made;
  }

  private ObjectNode make(Set<String> capabilities, String architecture, String kernel) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    result.put("defaultAction", profile.path("defaultAction").asString(""));
    copy(profile, result, "defaultErrnoRet", "listenerPath", "listenerMetadata", "flags");
    ArrayNode architectures = architectures(architecture);
    if (!architectures.isEmpty()) {
      result.set("architectures", architectures);
    }
    ArrayNode syscalls = result.putArray("syscalls");
    for (JsonNode rule : items(profile, "syscalls")) {
      if (applies(rule, capabilities, architecture, kernel)) {
        syscalls.add(syscall(rule));
      }
    }
    return result;
  }

  private ArrayNode architectures(String architecture) {
    ArrayNode result = JsonNodeFactory.instance.arrayNode();
    items(profile, "architectures").forEach(result::add);
    String own = ARCHITECTURES.get(architecture);
    for (JsonNode entry : items(profile, "archMap")) {
      if (own != null && own.equals(entry.path("architecture").asString(""))) {
        result.add(own);
        items(entry, "subArchitectures").forEach(result::add);
        break;
      }
    }
    return result;
  }

  private static boolean applies(
      JsonNode rule, Set<String> capabilities, String architecture, String kernel) {
    JsonNode excludes = rule.path("excludes");
    boolean excluded =
        strings(excludes, "arches").contains(architecture)
            || strings(excludes, "caps").stream().anyMatch(capabilities::contains)
            || text(excludes, "minKernel").filter(least -> atLeast(kernel, least)).isPresent();
    if (excluded) {
      return false;
    }
    JsonNode includes = rule.path("includes");
    List<String> arches = strings(includes, "arches");
    return (arches.isEmpty() || arches.contains(architecture))
        && capabilities.containsAll(strings(includes, "caps"))
        && text(includes, "minKernel").filter(least -> !atLeast(kernel, least)).isEmpty();
  }

  private static boolean atLeast(String kernel, String least) {
    Matcher has = KERNEL.matcher(kernel);
    Matcher wants = KERNEL.matcher(least);
    if (!has.matches() || !wants.matches()) {
      return false;
    }
    int major = Integer.compare(number(has, 1), number(wants, 1));
    return major > 0 || (major == 0 && number(has, 2) >= number(wants, 2));
  }

  private static int number(Matcher version, int group) {
    String digits = version.group(group);
    return digits.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(digits);
  }

  private static ObjectNode syscall(JsonNode rule) {
    ObjectNode result = JsonNodeFactory.instance.objectNode();
    ArrayNode names = result.putArray("names");
    text(rule, "name").ifPresent(names::add);
    items(rule, "names").forEach(names::add);
    copy(rule, result, "action", "errnoRet");
    List<JsonNode> arguments = items(rule, "args");
    if (!arguments.isEmpty()) {
      ArrayNode array = result.putArray("args");
      for (JsonNode argument : arguments) {
        ObjectNode one = array.addObject();
        copy(argument, one, "index", "value", "valueTwo", "op");
      }
    }
    return result;
  }

  private static void copy(JsonNode from, ObjectNode to, String... fields) {
    for (String field : fields) {
      if (from.hasNonNull(field)) {
        to.set(field, from.get(field));
      }
    }
  }

  private static Optional<String> text(JsonNode node, String field) {
    return Optional.of(node.path(field).asString("")).filter(text -> !text.isEmpty());
  }

  private static List<String> strings(JsonNode node, String field) {
    return items(node, field).stream().map(item -> item.asString("")).toList();
  }

  private static List<JsonNode> items(JsonNode node, String field) {
    JsonNode array = node.path(field);
    return array.isArray() ? List.copyOf(array.values()) : List.of();
  }
}
