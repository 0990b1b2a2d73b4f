package io.gantry.console.format;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A list of objects in the form {@code --format} asks for: a table of some columns, a table of the
 * columns of a template ({@code table {{.ID}}\t{{.Names}}}), JSON objects ({@code json}), or a line
 * a template for each.
 */
public final class Rows {

  private static final JsonMapper JSON = new JsonMapper();
  private static final String TABLE = "table";

  private final Map<String, String> titles;
  private final List<String> columns;

  /**
   * A kind of list.
   *
   * @param titles the title of each field
   * @param columns the fields of the table that is printed unless told otherwise
   */
  public Rows(Map<String, String> titles, List<String> columns) {
    this.titles = Map.copyOf(titles);
    this.columns = List.copyOf(columns);
  }

  /** Prints objects of strings. */
  public void print(Optional<String> format, List<ObjectNode> rows, PrintStream out) {
    String wanted = format.orElse("").strip();
    if (wanted.isEmpty() || wanted.equals(TABLE)) {
      Table table = new Table(columns.stream().map(this::title).toList());
      rows.forEach(row -> table.add(columns.stream().map(field -> cell(row, field)).toList()));
      out.print(table);
    } else if (wanted.equals("json")) {
      rows.forEach(row -> out.print(JSON.writeValueAsString(row) + "\n"));
    } else if (wanted.startsWith(TABLE + " ")) {
      Template template = Template.parse(wanted.substring(TABLE.length()).strip());
      Table table = new Table(cells(template.titles(this::title)));
      rows.forEach(row -> table.add(cells(template.apply(row))));
      out.print(table);
    } else {
      Template template = Template.parse(wanted);
      List<String> lines = new ArrayList<>();
      rows.forEach(row -> lines.add(template.apply(row) + "\n"));
      lines.forEach(out::print);
    }
  }

  private String title(String field) {
    String title = titles.get(field);
    if (title == null) {
      throw new TemplateException("no field \"" + field + "\"");
    }
    return title;
  }

  private static String cell(JsonNode row, String field) {
    return row.path(field).asString("");
  }

  private static List<String> cells(String line) {
    return Arrays.asList(line.split("\t", -1));
  }
}
