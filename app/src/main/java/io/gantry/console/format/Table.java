package io.gantry.console.format;

import java.util.ArrayList;
import java.util.List;

/** Rows in columns as wide as their widest cell, three spaces apart. */
public final class Table {

  private static final int GAP = 3;

  private final List<List<String>> rows = new ArrayList<>();

  public Table(List<String> titles) {
    rows.add(List.copyOf(titles));
  }

  public void add(List<String> cells) {
    rows.add(List.copyOf(cells));
  }

  /** The lines, each with its end. The last cell of a row is not padded. */
  @Override
  public String toString() {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], length(row.get(i)));
      }
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      for (int i = 0; i < row.size(); i++) {
        text.append(row.get(i));
        if (i < row.size() - 1) {
          text.repeat(' ', widths[i] + GAP - length(row.get(i)));
        }
      }
      text.append('\n');
    }
    return text.toString();
  }

  private static int length(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
