package io.gantry.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;

/**
 * Brings the database's tables to this version of the engine, by the migrations in {@code
 * db/migration}. Flyway is only loaded when there is something to do.
 */
final class Schema {

  /** The newest migration; a test compares it with the files. */
  static final int VERSION = 6;

  private Schema() {}

  /**
   * @param connection to the database; while it is open, others to the same are cheap
   */
  static void migrate(Connection connection, String url) throws SQLException {
    if (version(connection) < VERSION) {
      Flyway.configure(Schema.class.getClassLoader())
          .dataSource(url, "sa", "")
          .locations("classpath:db/migration")
          .load()
          .migrate();
    }
  }

  private static int version(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      try (ResultSet tables =
          connection.getMetaData().getTables(null, null, "flyway_schema_history", null)) {
        if (!tables.next()) {
          return 0;
        }
      }
      try (ResultSet rows =
          statement.executeQuery(
              "SELECT MAX(CAST(\"version\" AS INT)) FROM \"flyway_schema_history\" WHERE"
                  + " \"success\"")) {
        return rows.next() ? rows.getInt(1) : 0;
      }
    }
  }
}
