package io.gantry.bridge;

/**
 * A firewall rule of the driver's own chains.
 *
 * @param table {@code filter} or {@code nat}
 * @param chain the chain's whole name
 * @param match the rest, spelled as {@code iptables-save} prints it, so that rules can be compared
 *     as text
 */
record Rule(String table, String chain, String match) {

  String append() {
    return "-A " + chain + " " + match;
  }

  String insert() {
    return "-I " + chain + " 1 " + match;
  }

  String delete() {
    return "-D " + chain + " " + match;
  }
}
