package io.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {

  @TempDir Path directory;

  private static Store.Work<Integer> insert(String id, String name) {
    return connection -> {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "INSERT INTO container (id, name, record) VALUES (?, ?, '')")) {
        insert.setString(1, id);
        insert.setString(2, name);
        return insert.executeUpdate();
      }
    };
  }

  private static int count(Store store) {
    return store.read(
        connection -> {
          try (PreparedStatement select =
                  connection.prepareStatement("SELECT COUNT(*) FROM container");
              ResultSet row = select.executeQuery()) {
            row.next();
            return row.getInt(1);
          }
        });
  }

  @Test
  void whatWasWrittenIsThereAfterReopening() throws Exception {
    try (Store store = new Store(directory)) {
      store.write(Durability.HOST, insert("a", "one"));
      store.submit(Durability.PROCESS, insert("b", "two"));
    }
    try (Store store = new Store(directory)) {
      assertThat(count(store)).isEqualTo(2);
    }
  }

  @Test
  void aFailingWriteUndoesOnlyItself() throws Exception {
    try (Store store = new Store(directory)) {
      List<CompletableFuture<Integer>> writes = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        writes.add(store.submit(Durability.PROCESS, insert("id" + i, "name" + i / 2)));
      }
      long failed =
          writes.stream()
              .filter(write -> write.handle((result, error) -> error != null).join())
              .count();
      assertThat(failed).isEqualTo(50);
      assertThat(count(store)).isEqualTo(50);
      assertThatThrownBy(() -> store.write(Durability.HOST, insert("id0", "again")))
          .isInstanceOf(StoreException.class);
    }
  }

  @Test
  void settingsAreMadeOnce() throws Exception {
    try (Store store = new Store(directory)) {
      Settings settings = new Settings(store);
      assertThat(settings.getOrMake("instance", () -> "first")).isEqualTo("first");
      assertThat(settings.getOrMake("instance", () -> "second")).isEqualTo("first");
    }
  }

  @Test
  void theSchemaVersionIsThatOfTheNewestMigration() throws Exception {
    Path migrations = Path.of("src/main/resources/db/migration");
    try (Stream<Path> files = Files.list(migrations)) {
      int newest =
          files
              .map(file -> file.getFileName().toString())
              .mapToInt(name -> Integer.parseInt(name.substring(1, name.indexOf("__"))))
              .max()
              .orElseThrow();
      assertThat(Schema.VERSION).isEqualTo(newest);
    }
  }
}
