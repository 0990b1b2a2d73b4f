package io.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.store.RecordTable.Column;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {

  @TempDir Path directory;

  private record Row(String id, String name, int number) {}

  private static final RecordTable<Row> ROWS =
      new RecordTable<>(
          "container", Row.class, new Column<>("id", Row::id), new Column<>("name", Row::name));

  private static Store.Work<Integer> insert(String id, String name) {
    return ROWS.insert(new Row(id, name, 0));
  }

  private static int count(Store store) {
    return store.read(ROWS::all).size();
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
  void whatNobodyAskedToBeDurableIsForcedToTheDiskSoonAndOnce() throws Exception {
    AtomicInteger syncs = new AtomicInteger();
    CountDownLatch synced = new CountDownLatch(1);
    Store.Work<Boolean> counted =
        connection -> {
          syncs.incrementAndGet();
          synced.countDown();
          return true;
        };
    try (Store store = new Store(directory, counted)) {
      for (int i = 0; i < 20; i++) {
        store.submit(Durability.PROCESS, insert("id" + i, "name" + i)).join();
      }
      assertThat(synced.await(30, TimeUnit.SECONDS)).isTrue();
      TimeUnit.SECONDS.sleep(2);
      assertThat(syncs.get()).as("an idle database is left alone").isLessThan(20);
      int before = syncs.get();
      TimeUnit.SECONDS.sleep(1);
      assertThat(syncs).hasValue(before);
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
  void writesThatFailTogetherLeaveNothingAndTheNextIsTaken() throws Exception {
    try (Store store = new Store(directory)) {
      CountDownLatch running = new CountDownLatch(1);
      CountDownLatch queued = new CountDownLatch(1);
      CompletableFuture<Boolean> first =
          store.submit(
              Durability.PROCESS,
              connection -> {
                running.countDown();
                return await(queued);
              });
      assertThat(await(running)).isTrue();
      CompletableFuture<Integer> beside = store.submit(Durability.PROCESS, insert("a", "one"));
      CompletableFuture<Integer> broken =
          store.submit(
              Durability.PROCESS,
              connection -> {
                throw new OutOfMemoryError("as a test");
              });
      queued.countDown();
      assertThat(first.join()).isTrue();
      assertThatThrownBy(beside::join).hasCauseInstanceOf(StoreException.class);
      assertThatThrownBy(broken::join).hasCauseInstanceOf(StoreException.class);
      store.write(Durability.HOST, insert("b", "two"));
      assertThat(store.read(ROWS::all)).containsExactly(new Row("b", "two", 0));
    }
  }

  @Test
  void afterAFailureToReachTheDiskNothingIsWritten() throws Exception {
    AtomicBoolean full = new AtomicBoolean();
    Store.Work<Boolean> sync =
        connection -> {
          if (full.get()) {
            throw new SQLException("as a test");
          }
          return true;
        };
    try (Store store = new Store(directory, sync)) {
      store.write(Durability.HOST, insert("a", "one"));
      full.set(true);
      store.write(Durability.PROCESS, insert("b", "two"));
      assertThat(store.isAlive()).isTrue();
      assertThatThrownBy(() -> store.write(Durability.HOST, insert("c", "three")))
          .isInstanceOf(StoreException.class);
      full.set(false);
      for (Durability durability : Durability.values()) {
        assertThatThrownBy(() -> store.write(durability, insert("d", "four")))
            .isInstanceOf(StoreException.class)
            .hasMessageContaining("the daemon must be restarted");
      }
      assertThat(store.isAlive()).isFalse();
    }
    try (Store store = new Store(directory)) {
      assertThat(store.isAlive()).isTrue();
      assertThat(store.read(ROWS::all)).extracting(Row::id).contains("a", "b").doesNotContain("d");
    }
  }

  private static boolean await(CountDownLatch latch) {
    try {
      return latch.await(10, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aTableTakesReplacesAndRemovesRecords() throws Exception {
    try (Store store = new Store(directory)) {
      store.write(Durability.PROCESS, ROWS.put(new Row("b", "two", 2)));
      store.write(Durability.PROCESS, ROWS.put(new Row("b", "two", 3)));
      store.write(Durability.PROCESS, ROWS.insert(new Row("a", "one", 1)));
      store.write(Durability.PROCESS, ROWS.update(new Row("a", "uno", 4)));
      assertThat(store.write(Durability.PROCESS, ROWS.update(new Row("c", "three", 5)))).isZero();
      assertThat(store.read(ROWS::all))
          .containsExactly(new Row("a", "uno", 4), new Row("b", "two", 3));
      assertThat(store.write(Durability.PROCESS, ROWS.delete("a"))).isEqualTo(1);
      assertThat(store.read(ROWS::all)).containsExactly(new Row("b", "two", 3));
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

  /** Each statement of the migrations, with the version of its migration. */
  private static Map<Integer, List<String>> statements() throws IOException {
    Map<Integer, List<String>> statements = new TreeMap<>();
    for (int version = 1; version <= Schema.VERSION; version++) {
      try (var files =
          Files.newDirectoryStream(
              Path.of("src/main/resources/db/migration"), "V" + version + "__*")) {
        String sql = Files.readString(files.iterator().next()).replaceAll("--.*", "");
        statements.put(version, Stream.of(sql.split(";")).filter(text -> !text.isBlank()).toList());
      }
    }
    return statements;
  }

  @Test
  void migrationsThatWereCutOffAfterAnyStatementAreFinished() throws Exception {
    Map<Integer, List<String>> migrations = statements();
    for (int version = 1; version <= Schema.VERSION; version++) {
      int count = migrations.get(version).size();
      for (int done = 1; done <= count; done++) {
        Path database = Files.createDirectory(directory.resolve(version + "-" + done));
        cutOff(database, version, migrations.get(version).subList(0, done));
        try (Store store = new Store(database)) {
          store.write(Durability.HOST, insert("a", "one"));
          assertThat(count(store)).as("V%d after %d statements", version, done).isEqualTo(1);
        }
      }
    }
  }

  /** Leaves a database as a process does that dies in a migration. */
  private static void cutOff(Path database, int version, List<String> done) throws Exception {
    String url = Store.url(database);
    if (version > 1) {
      Flyway.configure()
          .dataSource(url, "sa", "")
          .locations("classpath:db/migration")
          .target(Integer.toString(version - 1))
          .load()
          .migrate();
    }
    try (Connection connection = DriverManager.getConnection(url, "sa", "");
        Statement statement = connection.createStatement()) {
      if (version == 1) {
        // Flyway's own table comes first
        Flyway.configure()
            .dataSource(url, "sa", "")
            .locations("filesystem:" + database)
            .load()
            .migrate();
      }
      for (String sql : done) {
        statement.execute(sql);
      }
    }
  }

  @Test
  void aDatabaseOfOlderMigrationsAndOneThatFailedIsBroughtOn() throws Exception {
    cutOff(directory, 4, List.of());
    try (Connection connection = DriverManager.getConnection(Store.url(directory), "sa", "");
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE \"flyway_schema_history\" SET \"checksum\" = 1");
      statement.execute(
          "INSERT INTO \"flyway_schema_history\" SELECT 4, '4', 'networks', \"type\","
              + " 'V4__networks.sql', 1, \"installed_by\", \"installed_on\", 1, FALSE FROM"
              + " \"flyway_schema_history\" WHERE \"version\" = '3'");
    }
    try (Store store = new Store(directory)) {
      store.write(Durability.HOST, insert("a", "one"));
      assertThat(count(store)).isEqualTo(1);
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
