package io.gantry.network;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Takes the firewall chains of a test's engine away. */
final class Chains {

  private Chains() {}

  /**
   * @param bridge in the rules of the engine's chains, or its chains' prefix found by it
   */
  static void remove(String instance) throws IOException {
    for (String program : List.of("iptables", "ip6tables")) {
      String saved = run(List.of(program + "-save"), "");
      String prefix = "GANTRY-" + chain(instance);
      for (String table : List.of("nat", "filter")) {
        List<String> commands = new ArrayList<>();
        String part = table(saved, table);
        part.lines()
            .filter(
                l ->
                    l.startsWith("-A") && l.endsWith("-j " + prefix)
                        || l.contains("-j " + prefix + "-"))
            .filter(l -> !l.startsWith("-A " + prefix))
            .forEach(l -> commands.add("-D" + l.substring(2)));
        List<String> chains =
            part.lines()
                .filter(l -> l.startsWith(":" + prefix))
                .map(l -> l.substring(1, l.indexOf(' ')))
                .toList();
        chains.forEach(c -> commands.add("-F " + c));
        chains.forEach(c -> commands.add("-X " + c));
        if (!commands.isEmpty()) {
          run(
              List.of(program + "-restore", "-n", "-w"),
              "*" + table + "\n" + String.join("\n", commands) + "\nCOMMIT\n");
        }
      }
    }
  }

  /** As the bridge driver names them. */
  private static String chain(String instance) {
    try {
      byte[] hash =
          java.security.MessageDigest.getInstance("SHA-256")
              .digest(instance.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      String text = new java.math.BigInteger(1, java.util.Arrays.copyOf(hash, 12)).toString(36);
      return text.substring(text.length() - 5).toUpperCase(java.util.Locale.ROOT);
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String table(String saved, String table) {
    int begin = saved.indexOf("*" + table + "\n");
    return begin < 0 ? "" : saved.substring(begin, saved.indexOf("COMMIT", begin));
  }

  private static String run(List<String> command, String input) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var in = process.getOutputStream()) {
      in.write(input.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }
    return new String(
        process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
  }
}
