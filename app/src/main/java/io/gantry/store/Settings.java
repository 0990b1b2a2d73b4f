package io.gantry.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.Optional;
import java.util.function.Supplier;

/** Single values that the engine keeps for good. */
public final class Settings {

  private final Store store;

  public Settings(Store store) {
    this.store = store;
  }

  public Optional<String> get(String name) {
    return store.read(
        connection -> {
          try (PreparedStatement select =
              connection.prepareStatement("SELECT setting_value FROM setting WHERE name = ?")) {
            select.setString(1, name);
            try (ResultSet row = select.executeQuery()) {
              return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
            }
          }
        });
  }

  /** Durable when it returns. */
  public void put(String name, String value) {
    store.write(
        Durability.HOST,
        connection -> {
          try (PreparedStatement merge =
              connection.prepareStatement("MERGE INTO setting KEY (name) VALUES (?, ?)")) {
            merge.setString(1, name);
            merge.setString(2, value);
            return merge.executeUpdate();
          }
        });
  }

  /** The value, made and kept the first time. */
  public String getOrMake(String name, Supplier<String> make) {
    return get(name)
        .orElseGet(
            () -> {
              String made = make.get();
              put(name, made);
              return made;
            });
  }
}
