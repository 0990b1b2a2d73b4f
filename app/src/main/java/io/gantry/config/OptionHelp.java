package io.gantry.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The option table as text: for the terminal, and as the page {@code docs/daemon-options.md}. */
final class OptionHelp {

  private static final int COLUMN = 40;

  private OptionHelp() {}

  static String text() {
    List<String> lines = new ArrayList<>();
    for (Option<?> option : OptionTable.all()) {
      if (!option.equals(OptionTable.GRAPH)) {
        String letter = option.shortName().map(character -> "-" + character + ", ").orElse("    ");
        String flag = "  " + letter + "--" + option.name() + " " + option.type().label();
        lines.add(line(flag, option.documentation() + defaultNote(option)));
      }
    }
    lines.add(line("      --help", "Print this and end"));
    lines.add(line("      --validate", "Check the options, say so, and end"));
    lines.add(line("  -v, --version", "Print the version and end"));
    lines.sort(Comparator.comparing(line -> line.substring(line.indexOf("--"))));
    return "Usage: gantry daemon [OPTIONS]\n\nThe container engine of this host.\n\nOptions:\n"
        + String.join("\n", lines)
        + "\n";
  }

  private static String line(String flag, String documentation) {
    return flag.length() < COLUMN
        ? flag + " ".repeat(COLUMN - flag.length()) + documentation
        : flag + "\n" + " ".repeat(COLUMN) + documentation;
  }

  private static String defaultNote(Option<?> option) {
    return option.defaultText().isEmpty() || option.defaultText().equals("false")
        ? ""
        : " (default " + option.defaultText() + ")";
  }

  /** The documentation page. A test compares it with the file in {@code docs}. */
  static String page() {
    StringBuilder page =
        new StringBuilder(
            """
            # Options of the daemon

            `gantry daemon` takes dockerd's flags; `/etc/gantry/daemon.json` (or the file named by `--config-file`) takes dockerd's keys.
            An option is given in one of the two places: the same option in both, an unknown key, a value of the wrong type and an option
            Gantry does not have are refused, by name. `gantry daemon --validate` checks without starting.

            SIGHUP (`systemctl reload gantry`) makes the daemon read its file again. Options marked with ↻ take their new values, all of them or,
            when the file has any fault, none; of others that have changed the log says that they need a restart. The event is `reload`.

            """);
    for (Option.Section section : Option.Section.values()) {
      page.append("## ").append(section.title()).append("\n\n");
      page.append("| flag | `daemon.json` | default | |\n| --- | --- | --- | --- |\n");
      for (Option<?> option : OptionTable.all()) {
        if (option.section() == section) {
          page.append(
              "| `%s` | %s | %s | %s |\n"
                  .formatted(
                      option.spelled(),
                      option.key().map(OptionHelp::code).orElse(""),
                      option.defaultText().isEmpty() ? "" : code(option.defaultText()),
                      option.documentation().replace("|", "\\|") + (option.reloads() ? " ↻" : "")));
        }
      }
      page.append("\n");
    }
    page.append("## Options of dockerd that are refused\n\n");
    Map<String, String> byReason =
        new TreeMap<>(
            Unsupported.all().entrySet().stream()
                .collect(
                    Collectors.groupingBy(
                        Map.Entry::getValue,
                        Collectors.mapping(
                            entry -> code(entry.getKey()),
                            Collectors.collectingAndThen(
                                Collectors.toList(),
                                names -> String.join(", ", names.stream().sorted().toList()))))));
    page.append("A switch of these that is set to `false` is accepted.\n\n");
    byReason.forEach(
        (reason, names) ->
            page.append("- ").append(names).append(": ").append(reason).append("\n"));
    return page.toString();
  }

  private static String code(String text) {
    return "`" + text + "`";
  }
}
