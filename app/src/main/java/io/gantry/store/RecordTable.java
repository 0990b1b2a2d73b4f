package io.gantry.store;

import io.gantry.store.Store.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table with one row a record: the record as JSON in the column {@code record}, so that a new
 * component needs no migration, and beside it the columns by which the database finds it and keeps
 * it unique.
 *
 * <p>What is written is returned as work for {@link Store}: there the caller says how durable it is
 * to be and whether he waits for it. The JSON is made when the work runs.
 *
 * @param <T> the records: immutable
 */
public final class RecordTable<T> {

  /** A column beside the record, and where its value is in the record. */
  public record Column<T>(String name, Function<T, String> value) {}

  /**
   * A row as it lies in the table: a record's JSON costs a tenth of a millisecond to read, which a
   * start with hundreds of them should not pay.
   *
   * @param columns the values of the columns beside the record, in the table's order
   * @param record reads the record, anew at each call
   */
  public record Row<T>(List<String> columns, Supplier<T> record) {}

  private final Class<T> type;
  private final List<Column<T>> columns;
  private final String insert;
  private final String update;
  private final String put;
  private final String delete;
  private final String select;

  /**
   * A table.
   *
   * @param key the column that is its primary key
   */
  @SafeVarargs
  public RecordTable(String table, Class<T> type, Column<T> key, Column<T>... others) {
    this.type = type;
    columns = Stream.concat(Stream.of(key), Stream.of(others)).toList();
    String names = columns.stream().map(Column::name).collect(Collectors.joining(", "));
    String assignments =
        columns.stream().map(column -> column.name() + " = ?, ").collect(Collectors.joining());
    String row = "(" + names + ", record)";
    String values = " VALUES (" + "?, ".repeat(columns.size()) + "?)";
    insert = "INSERT INTO " + table + " " + row + values;
    put = "MERGE INTO " + table + " " + row + " KEY (" + key.name() + ")" + values;
    update = "UPDATE " + table + " SET " + assignments + "record = ? WHERE " + key.name() + " = ?";
    delete = "DELETE FROM " + table + " WHERE " + key.name() + " = ?";
    select = "SELECT " + names + ", record FROM " + table + " ORDER BY " + key.name();
  }

  /** Adds the record; fails where there is one with its key or with what else is unique. */
  public Work<Integer> insert(T record) {
    return connection -> run(connection, insert, row(record));
  }

  /** Replaces the record with the same key; does nothing where there is none. */
  public Work<Integer> update(T record) {
    String key = columns.getFirst().value().apply(record);
    return connection -> run(connection, update, Stream.concat(row(record), Stream.of(key)));
  }

  /** Adds the record or replaces the one with the same key. */
  public Work<Integer> put(T record) {
    return connection -> run(connection, put, row(record));
  }

  /** Removes the record with a key; does nothing where there is none. */
  public Work<Integer> delete(String key) {
    return connection -> run(connection, delete, Stream.of(key));
  }

  /** All records, in the order of their keys. */
  public List<T> all(Connection connection) throws SQLException {
    return rows(connection).stream().map(row -> row.record().get()).toList();
  }

  /** All rows, in the order of their keys. */
  public List<Row<T>> rows(Connection connection) throws SQLException {
    List<Row<T>> all = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(select);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        List<String> values = new ArrayList<>(columns.size());
        for (int i = 1; i <= columns.size(); i++) {
          values.add(rows.getString(i));
        }
        String json = rows.getString(columns.size() + 1);
        all.add(new Row<>(values, () -> RecordJson.read(json, type)));
      }
    }
    return all;
  }

  private Stream<String> row(T record) {
    return Stream.concat(
        columns.stream().map(column -> column.value().apply(record)),
        Stream.of(RecordJson.write(record)));
  }

  private static int run(Connection connection, String sql, Stream<String> parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      int index = 0;
      for (String parameter : parameters.toList()) {
        statement.setString(++index, parameter);
      }
      return statement.executeUpdate();
    }
  }
}
