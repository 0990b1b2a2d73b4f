package io.gantry.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.store.RecordTable.Column;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
