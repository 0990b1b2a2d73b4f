package io.gantry.image;

import io.gantry.event.EventJournal;
import io.gantry.plugins.DriverContext;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.plugins.storage.StorageDriverFactory;
import io.gantry.registry.RegistryPolicy;
import io.gantry.store.Store;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Everything images need, on a root of its own: database, events, overlay2. */
final class TestEngine implements AutoCloseable {

  final Path root;
  final List<ImageUsers.Use> uses = new CopyOnWriteArrayList<>();
  final Store store;
  final StorageDriver driver;
  final EventJournal events;
  final ImageService images;

  private TestEngine(Path root) throws IOException, SQLException {
    this.root = root;
    Path database = Files.createDirectories(root.resolve("db"));
    store = new Store(database);
    StorageDriverFactory factory =
        ServiceLoader.load(StorageDriverFactory.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.name().equals("overlay2"))
            .findFirst()
            .orElseThrow();
    driver =
        factory.open(
            new DriverContext(
                Files.createDirectories(root.resolve("storage")),
                Files.createDirectories(root.resolve("run"))),
            Map.of());
    events = new EventJournal(root.resolve("events"), 1 << 20);
    images =
        new ImageService(
            store,
            driver,
            events,
            this::users,
            new ImageOptions(
                root.resolve("image"),
                root.resolve("run-image"),
                "overlay2",
                RegistryPolicy.DEFAULT,
                3,
                5,
                3));
  }

  static TestEngine open() throws IOException, SQLException {
    return new TestEngine(Files.createTempDirectory("gantry-images-"));
  }

  /** Another engine on the same root, as after a restart. This one must be closed. */
  TestEngine reopen() throws IOException, SQLException {
    return new TestEngine(root);
  }

  private Collection<ImageUsers.Use> users() {
    return uses;
  }

  /** Stops and leaves the root for {@link #reopen}. */
  void stop() {
    images.close();
    events.close();
    driver.close();
    store.close();
  }

  @Override
  public void close() throws IOException {
    stop();
    delete(root);
  }

  static void delete(Path root) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
