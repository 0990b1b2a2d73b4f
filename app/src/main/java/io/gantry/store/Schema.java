package io.gantry.store;

import io.gantry.plugins.FailPoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.callback.BaseCallback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;

/**
 * Brings the database's tables to this version of the engine, by the migrations in {@code
 * db/migration}. Flyway is only loaded when there is something to do.
 *
 * <p>H2 commits each statement that changes a table by itself, and Flyway notes a migration after
 * its last one: a migration that was cut off is run again from its first statement. So each of
 * their statements must find its work done ({@code IF NOT EXISTS}).
 */
final class Schema {

  /** The newest migration; a test compares it with the files. */
  static final int VERSION = 6;

  /** A migration is done and not noted yet. */
  private static final class Done extends BaseCallback {

    @Override
    public boolean supports(Event event, Context context) {
      return event == Event.AFTER_EACH_MIGRATE;
    }

    @Override
    public void handle(Event event, Context context) {
      FailPoint.hit("schema.migrated");
    }
  }

  private Schema() {}

  /**
   * @param connection to the database; while it is open, others to the same are cheap
   */
  static void migrate(Connection connection, String url) throws SQLException {
    if (version(connection) < VERSION) {
      Flyway flyway =
          Flyway.configure(Schema.class.getClassLoader())
              .dataSource(url, "sa", "")
              .locations("classpath:db/migration")
              .callbacks(new Done())
              .load();
      // A migration that failed (the disk was full) is noted as such, and none is run after it; and
      // databases were made by migrations that had not been made repeatable yet, whose check sums
      // were others. Neither is a reason not to go on.
      flyway.repair();
      flyway.migrate();
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
