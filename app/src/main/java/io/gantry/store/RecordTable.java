package io.gantry.store;

import io.gantry.store.Store.Work;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
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
    select = "SELECT record FROM " + table + " ORDER BY " + key.name();
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
    List<T> all = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(select);
        ResultSet rows = statement.executeQuery()) {
      while (rows.next()) {
        all.add(RecordJson.read(rows.getString(1), type));
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
