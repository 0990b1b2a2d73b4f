package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.image.config.ConfigJson;
import io.gantry.image.config.ImageConfig;
import io.gantry.image.layer.ChainIds;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerStore;
import io.gantry.store.Durability;
import io.gantry.store.Store;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Images and names: read from memory without a lock, changed in the order in which the changes
 * come, visible when they are on the disk. The lock is held while a change is computed and handed
 * to the database, not while that writes.
 */
final class ImageStore {

  /**
   * Computes a change from the state it is given; it may refuse by throwing, and nothing is changed
   * then.
   */
  @FunctionalInterface
  interface Change<T extends @Nullable Object> {
    T apply(Transaction transaction);
  }

  /** A state with its number in the order of the changes. */
  private record Numbered(long number, ImageIndex index) {}

  private static final Logger log = LoggerFactory.getLogger(ImageStore.class);

  private final Store store;
  private final ReentrantLock lock = new ReentrantLock();
  private final AtomicReference<Numbered> published =
      new AtomicReference<>(new Numbered(0, ImageIndex.EMPTY));
  private Numbered head = published.get();

  ImageStore(Store store) {
    this.store = store;
  }

  /** All images and names now. */
  ImageIndex index() {
    return published.get().index();
  }

  /** Reads everything, and tells the layers what stands on them. At start, before anything else. */
  void load(LayerStore layers) {
    Read read = store.read(connection -> readAll(connection, layers));
    ImageIndex loaded = read.usable();
    loaded.images().forEach(image -> image.chainId().ifPresent(layers::retain));
    if (read.rows() == loaded.images().size()) {
      layers.doomUnneeded();
    }
    lock.lock();
    try {
      head = new Numbered(head.number() + 1, loaded);
      published.set(head);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What was read.
   *
   * @param rows how many images there are, also such that cannot be used
   */
  private record Read(ImageIndex usable, int rows) {}

  private static Read readAll(Connection connection, LayerStore layers) throws SQLException {
    ImageIndex.Edit edit = ImageIndex.EMPTY.edit();
    Map<String, Long> tagged = new HashMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT id, parent, tagged, config FROM image")) {
      while (rows.next()) {
        String id = rows.getString(1);
        try {
          ImageConfig config = ConfigJson.read(rows.getBytes(4));
          Optional<Image> image = image(id, Optional.ofNullable(rows.getString(2)), config, layers);
          image.ifPresentOrElse(
              edit::put, () -> log.error("Image {} is unusable: layers of it are missing", id));
        } catch (EngineException e) {
          log.error("Image {} is unusable: {}", id, e.getMessage());
        }
        tagged.put(id, rows.getLong(3));
      }
    }
    ImageIndex images = edit.result();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT name, image FROM image_name")) {
      while (rows.next()) {
        if (images.byId(rows.getString(2)).isPresent()) {
          edit.name(Reference.parse(rows.getString(1)), rows.getString(2));
        }
      }
    }
    tagged.forEach(
        (id, time) -> {
          if (time > 0 && images.byId(id).isPresent()) {
            edit.tagged(id, Instant.ofEpochMilli(time));
          }
        });
    return new Read(edit.result(), tagged.size());
  }

  /** An image in its form in memory; empty when layers of it are missing. */
  static Optional<Image> image(
      String id, Optional<String> parent, ImageConfig config, LayerStore layers) {
    List<String> chains = ChainIds.of(config.diffIds());
    return layers
        .stack(config.diffIds())
        .map(
            stack ->
                new Image(
                    id,
                    parent,
                    config.created(),
                    config.architecture(),
                    config.os(),
                    config.variant(),
                    config.config().labels().orElse(Map.of()),
                    config.diffIds(),
                    chains.isEmpty() ? Optional.empty() : Optional.of(chains.getLast()),
                    stack.stream().mapToLong(Layer::size).sum()));
  }

  /** The configuration document of an image, as it came. */
  byte[] config(String id) {
    byte[] document =
        store.read(
            connection -> {
              try (PreparedStatement select =
                  connection.prepareStatement("SELECT config FROM image WHERE id = ?")) {
                select.setString(1, id);
                try (ResultSet rows = select.executeQuery()) {
                  return rows.next() ? rows.getBytes(1) : new byte[0];
                }
              }
            });
    if (document.length == 0) {
      throw EngineException.notFound("No such image: " + id);
    }
    return document;
  }

  /** Makes a change and returns when it is on the disk and visible. */
  <T extends @Nullable Object> T change(Change<T> change) {
    T result;
    Numbered next;
    CompletableFuture<Boolean> written;
    Transaction transaction;
    lock.lock();
    try {
      transaction = new Transaction(head.index());
      result = attempt(change, transaction);
      if (transaction.work.isEmpty()) {
        return result;
      }
      next = new Numbered(head.number() + 1, transaction.edit.result());
      List<Work> work = transaction.work;
      written =
          store.submit(
              Durability.HOST,
              connection -> {
                for (Work step : work) {
                  step.run(connection);
                }
                return true;
              });
      head = next;
    } finally {
      lock.unlock();
    }
    try {
      written.join();
    } catch (CompletionException e) {
      transaction.undo.reversed().forEach(Runnable::run);
      recover();
      throw EngineException.system("image change was not written", e.getCause());
    }
    published.accumulateAndGet(next, (old, ours) -> old.number() > ours.number() ? old : ours);
    return result;
  }

  private static <T extends @Nullable Object> T attempt(Change<T> change, Transaction transaction) {
    try {
      return change.apply(transaction);
    } catch (RuntimeException e) {
      transaction.undo.reversed().forEach(Runnable::run);
      throw e;
    }
  }

  /** The database refused a change: what it holds counts. */
  private void recover() {
    lock.lock();
    try {
      ImageIndex memory = head.index();
      store.write(Durability.PROCESS, connection -> true);
      ImageIndex stored =
          store.read(
              connection -> {
                ImageIndex.Edit edit = ImageIndex.EMPTY.edit();
                try (Statement statement = connection.createStatement();
                    ResultSet ids = statement.executeQuery("SELECT id FROM image")) {
                  while (ids.next()) {
                    memory.byId(ids.getString(1)).ifPresent(edit::put);
                  }
                }
                try (Statement statement = connection.createStatement();
                    ResultSet names =
                        statement.executeQuery("SELECT name, image FROM image_name")) {
                  while (names.next()) {
                    edit.name(Reference.parse(names.getString(1)), names.getString(2));
                  }
                }
                return edit.result();
              });
      head = new Numbered(head.number() + 1, stored);
      published.set(head);
    } finally {
      lock.unlock();
    }
  }

  /** A step of a change in the database. */
  @FunctionalInterface
  interface Work {
    void run(Connection connection) throws SQLException;
  }

  /** A change under way: what it does in memory and in the database. */
  static final class Transaction {

    private final ImageIndex.Edit edit;
    private final List<Work> work = new ArrayList<>();
    private final List<Runnable> undo = new ArrayList<>();

    private Transaction(ImageIndex base) {
      edit = base.edit();
    }

    /** The state as this change has made it so far. */
    ImageIndex index() {
      return edit.result();
    }

    void put(Image image, byte[] config) {
      edit.put(image);
      work.add(
          connection -> {
            try (PreparedStatement insert =
                connection.prepareStatement(
                    "MERGE INTO image (id, parent, tagged, config) KEY (id) VALUES (?, ?, 0, ?)")) {
              insert.setString(1, image.id());
              insert.setString(2, image.parent().orElse(null));
              insert.setBytes(3, config);
              insert.executeUpdate();
            }
          });
    }

    void remove(Image image) {
      edit.remove(image);
      work.add(update("DELETE FROM image WHERE id = ?", image.id()));
    }

    /** Gives a name with a tag or a digest to an image. */
    void name(Reference name, String id) {
      Instant now = Instant.now();
      edit.name(name, id);
      edit.tagged(id, now);
      work.add(
          connection -> {
            update(
                    "MERGE INTO image_name (name, image) KEY (name) VALUES (?, ?)",
                    name.toString(),
                    id)
                .run(connection);
            try (PreparedStatement update =
                connection.prepareStatement("UPDATE image SET tagged = ? WHERE id = ?")) {
              update.setLong(1, now.toEpochMilli());
              update.setString(2, id);
              update.executeUpdate();
            }
          });
    }

    boolean unname(Reference name) {
      if (!edit.unname(name)) {
        return false;
      }
      work.add(update("DELETE FROM image_name WHERE name = ?", name.toString()));
      return true;
    }

    /** Something else in the same transaction of the database. */
    void also(Work step, Runnable whenNotWritten) {
      work.add(step);
      undo.add(whenNotWritten);
    }

    private static Work update(String sql, String... values) {
      return connection -> {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
          for (int i = 0; i < values.length; i++) {
            statement.setString(i + 1, values[i]);
          }
          statement.executeUpdate();
        }
      };
    }
  }
}
