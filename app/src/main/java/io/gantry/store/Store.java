package io.gantry.store;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's database. All writes go through one platform thread in the order in which they were
 * submitted: it runs what is waiting in one transaction (each write in a savepoint of its own, so
 * that one that fails undoes only itself), commits, and forces the log to the disk once when one of
 * them asked for {@link Durability#HOST}, and else soon: H2 writes over what no newer state needs,
 * and until that state is on the disk itself a power cut may leave neither. H2's files are so never
 * touched by a thread that may be interrupted, and a burst of writers shares one sync.
 *
 * <p>When the log cannot be forced to the disk, or a failed transaction not be undone, nothing is
 * written any more: {@link #isAlive} says so.
 *
 * <p>State is read from memory; the database is read at start, through {@link #read}.
 */
public final class Store implements AutoCloseable {

  /** A unit of work on the database. */
  @FunctionalInterface
  public interface Work<T extends @Nullable Object> {
    T run(Connection connection) throws SQLException;
  }

  private record Write<T>(Work<T> work, Durability durability, CompletableFuture<T> done) {}

  private static final Logger log = LoggerFactory.getLogger(Store.class);
  private static final int BATCH = 256;

  /**
   * H2 keeps a chunk for this long after it was made, also when it is superseded; what superseded
   * it is on the disk by then. An older chunk may go with the next commit: that is open until the
   * next sync.
   */
  private static final int RETENTION_MILLIS = 1000;

  private static final long SYNC_NANOS = TimeUnit.MILLISECONDS.toNanos(RETENTION_MILLIS / 2);
  private static final Work<Boolean> STOP = connection -> true;

  private final String url;
  private final BlockingQueue<Write<?>> queue = new ArrayBlockingQueue<>(4096);
  private final Thread writer;
  private final Connection connection;
  private final Work<Boolean> sync;

  /** Whether something was committed since the last sync, and when the first of that was. */
  private boolean unsynced;

  private long committed;

  /** Why nothing is written any more. */
  private volatile @Nullable StoreException broken;

  /**
   * Opens the database below a directory.
   *
   * @throws SQLException when it cannot be opened, for instance since another process holds it
   */
  public Store(Path directory) throws SQLException {
    this(directory, Store::sync);
  }

  /**
   * @param sync forces what was committed to the disk
   */
  Store(Path directory, Work<Boolean> sync) throws SQLException {
    this.sync = sync;
    url = url(directory);
    connection = DriverManager.getConnection(url, "sa", "");
    Schema.migrate(connection, url);
    connection.setAutoCommit(false);
    writer = Thread.ofPlatform().name("store").daemon().start(this::run);
  }

  /** The JDBC address of the database below a directory: what Flyway migrates. */
  public static String url(Path directory) {
    return "jdbc:h2:file:"
        + directory.resolve("gantry").toAbsolutePath()
        + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;CACHE_SIZE=8192;RETENTION_TIME="
        + RETENTION_MILLIS;
  }

  /**
   * Runs the work in a transaction and waits until it is as durable as asked. A failure of the work
   * undoes it.
   */
  public <T> T write(Durability durability, Work<T> work) {
    try {
      return submit(durability, work).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new StoreException("write to the database", e.getCause());
    }
  }

  /**
   * Submits the work and returns at once; later writes see it. For what the kernel can tell again
   * after a crash.
   */
  public <T> CompletableFuture<T> submit(Durability durability, Work<T> work) {
    CompletableFuture<T> done = new CompletableFuture<>();
    try {
      queue.put(new Write<>(work, durability, done));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      done.completeExceptionally(new StoreException("write to the database", e));
    }
    return done;
  }

  /** Reads in a connection of its own; for the start of the daemon and for rare queries. */
  public <T> T read(Work<T> work) {
    try (Connection reader = DriverManager.getConnection(url, "sa", "")) {
      return work.run(reader);
    } catch (SQLException e) {
      throw new StoreException("read the database", e);
    }
  }

  private void run() {
    List<Write<?>> batch = new ArrayList<>(BATCH);
    List<Runnable> answers = new ArrayList<>(BATCH);
    boolean stop = false;
    while (!stop) {
      try {
        Write<?> next = unsynced ? queue.poll(untilSync(), TimeUnit.NANOSECONDS) : queue.take();
        if (next != null) {
          batch.add(next);
        }
      } catch (InterruptedException e) {
        continue;
      }
      queue.drainTo(batch, BATCH - 1);
      stop = batch.stream().anyMatch(write -> write.work() == STOP);
      commit(batch, answers);
      answers.forEach(Runnable::run);
      batch.clear();
      answers.clear();
    }
  }

  private long untilSync() {
    return Math.max(0, committed + SYNC_NANOS - System.nanoTime());
  }

  private void commit(List<Write<?>> batch, List<Runnable> answers) {
    StoreException before = broken;
    if (before != null) {
      unsynced = false;
      refuse(batch, answers, before);
      return;
    }
    try {
      for (Write<?> write : batch) {
        attempt(write, answers);
      }
      connection.commit();
    } catch (SQLException | RuntimeException | Error e) {
      log.error("The database did not take {} writes", batch.size(), e);
      rollBack();
      refuse(batch, answers, new StoreException("commit", e));
      return;
    }
    if (!unsynced && !batch.isEmpty()) {
      unsynced = true;
      committed = System.nanoTime();
    }
    if (unsynced && untilSync() == 0
        || batch.stream().anyMatch(write -> write.durability() == Durability.HOST)) {
      forceToDisk(batch, answers);
      unsynced = false;
    }
  }

  /**
   * After a failure nobody knows what is on the disk: those who asked are told that it failed, and
   * what they then do to take it back must not be recorded half. So it is the last that is written:
   * the next start compares what it finds with the kernel, as after a power cut.
   */
  private void forceToDisk(List<Write<?>> batch, List<Runnable> answers) {
    try {
      sync.run(connection);
    } catch (SQLException | RuntimeException | Error e) {
      log.error("The database was not forced to the disk; nothing is written any more", e);
      StoreException failure =
          new StoreException("force the database to the disk; the daemon must be restarted", e);
      broken = failure;
      refuse(batch, answers, failure);
    }
  }

  private static Boolean sync(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.execute("CHECKPOINT SYNC");
    }
  }

  private static void refuse(List<Write<?>> batch, List<Runnable> answers, StoreException failure) {
    answers.clear();
    batch.forEach(write -> answers.add(() -> write.done().completeExceptionally(failure)));
  }

  /** Who is told that a write failed does not find it after the next commit. */
  private void rollBack() {
    try {
      connection.rollback();
    } catch (SQLException e) {
      log.error("The database did not roll back; nothing is written any more", e);
      broken = new StoreException("roll back; the daemon must be restarted", e);
    }
  }

  private <T> void attempt(Write<T> write, List<Runnable> answers) throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      T result = write.work().run(connection);
      answers.add(() -> write.done().complete(result));
    } catch (SQLException | RuntimeException e) {
      connection.rollback(before);
      Throwable cause = e instanceof SQLException ? new StoreException("write", e) : e;
      answers.add(() -> write.done().completeExceptionally(cause));
    }
  }

  /** Whether the database answers and takes what is to be written. */
  public boolean isAlive() {
    return broken == null && writer.isAlive() && write(Durability.PROCESS, c -> c.isValid(1));
  }

  /** Writes what was submitted, then closes the database. */
  @Override
  public void close() {
    submit(Durability.HOST, STOP);
    try {
      writer.join();
      connection.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (SQLException e) {
      log.warn("Closing the database", e);
    }
  }
}
