package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.layers.tar.TarReader;
import io.gantry.registry.AuthConfig;
import io.gantry.registry.Digests;
import io.gantry.store.Durability;
import io.gantry.testing.TestRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Row D4: load, rmi, tag, pull and save of one image at once; row D5: many images. */
class ImageConcurrencyTest {

  private static final int ROUNDS = 25;

  private TestEngine engine;
  private TestRegistry registry;

  @BeforeEach
  void open() throws Exception {
    registry = TestRegistry.start();
    engine = TestEngine.open();
  }

  @AfterEach
  void close() throws IOException {
    engine.close();
    registry.close();
  }

  /** Something that may fail because somebody else was faster. */
  @FunctionalInterface
  private interface Step {
    void run(int round) throws Exception;
  }

  @Test
  void everyOperationSucceedsOrFailsCleanly() throws Exception {
    List<byte[]> layers =
        List.of(
            TestArchive.tar().file("a", TestArchive.random(1, 200_000)).bytes(),
            TestArchive.tar().file("b", TestArchive.random(2, 50_000)).bytes());
    byte[] config = TestArchive.config(layers, "d4");
    String id = Digests.sha256(config);
    Reference name = Reference.parse(registry.name("d4/image:1"));
    byte[] archive = TestArchive.docker(config, layers, name.familiar());
    engine.images.load(TestArchive.in(archive), Optional.empty(), true, ProgressSink.NONE);
    engine.images.push(name, Optional.empty(), AuthConfig.ANONYMOUS, ProgressSink.NONE);

    AtomicInteger saved = new AtomicInteger();
    List<Step> steps =
        List.of(
            round ->
                engine.images.load(
                    TestArchive.in(archive), Optional.empty(), true, ProgressSink.NONE),
            round ->
                engine.images.pull(
                    name, false, Optional.empty(), AuthConfig.ANONYMOUS, ProgressSink.NONE),
            round ->
                engine.images.pull(
                    name, false, Optional.empty(), AuthConfig.ANONYMOUS, ProgressSink.NONE),
            round -> engine.images.tag(name.familiar(), "d4/other", "t" + round),
            round ->
                engine.images.remove(
                    round % 3 == 0 ? id : name.familiar(), Optional.empty(), true, true),
            round ->
                engine.images.remove("d4/other:t" + (round - 1), Optional.empty(), false, true),
            round -> engine.images.prune(Filters.NONE.with("dangling", "false")),
            round -> {
              ByteArrayOutputStream out = new ByteArrayOutputStream();
              engine.images.save(List.of(name.familiar()), Optional.empty(), out);
              TarReader reader = new TarReader(TestArchive.in(out.toByteArray()));
              while (reader.next().isPresent()) {
                saved.incrementAndGet();
              }
            },
            round -> {
              try (ImageHold hold = engine.images.hold(name.familiar())) {
                String key = "c" + round;
                engine.driver.prepare(key, hold.parentSnapshot().orElseThrow(), Map.of());
                engine.driver.remove(key);
              }
            });
    ConcurrentLinkedQueue<Throwable> unclean = new ConcurrentLinkedQueue<>();
    run(steps, unclean);
    assertThat(unclean).isEmpty();

    for (ImageSummary summary : engine.images.list(ImageQuery.ALL)) {
      assertThat(summary.image().id()).isEqualTo(id);
      assertThat(summary.repoTags().size() + summary.repoDigests().size())
          .as("an image without any name")
          .isPositive();
    }
    engine.images.load(TestArchive.in(archive), Optional.empty(), true, ProgressSink.NONE);
    engine.images.save(List.of(id), Optional.empty(), new ByteArrayOutputStream());
    engine.images.remove(id, Optional.empty(), true, true);
    engine.images.prune(Filters.NONE.with("dangling", "false"));
    assertThat(engine.images.count()).isZero();
    assertThat(engine.driver.walk()).isEmpty();
    assertThat(engine.root.resolve("image/records")).isEmptyDirectory();
    assertThat(engine.root.resolve("image/spool")).isEmptyDirectory();
    assertThat(engine.root.resolve("image/downloads")).isEmptyDirectory();
  }

  private static void run(List<Step> steps, ConcurrentLinkedQueue<Throwable> unclean)
      throws Exception {
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Step step : steps) {
        running.add(
            threads.submit(
                () -> {
                  for (int round = 0; round < ROUNDS; round++) {
                    try {
                      step.run(round);
                    } catch (EngineException e) {
                      if (e.kind() != EngineException.Kind.NOT_FOUND
                          && e.kind() != EngineException.Kind.CONFLICT) {
                        unclean.add(e);
                      }
                    } catch (Exception e) {
                      unclean.add(e);
                    }
                  }
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
  }

  @Test
  void oneLayerIsAppliedOnceHoweverManyWantIt() throws Exception {
    byte[] shared = TestArchive.tar().file("s", TestArchive.random(5, 2_000_000)).bytes();
    List<Future<?>> running = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        List<byte[]> layers = List.of(shared, TestArchive.tar().file("own", "x" + i).bytes());
        byte[] archive =
            TestArchive.docker(TestArchive.config(layers, "i" + i), layers, "many:" + i);
        running.add(
            threads.submit(
                () ->
                    engine.images.load(
                        TestArchive.in(archive), Optional.empty(), true, ProgressSink.NONE)));
      }
      for (Future<?> one : running) {
        one.get();
      }
    }
    assertThat(engine.images.count()).isEqualTo(8);
    assertThat(engine.driver.walk()).hasSize(9);
  }

  @Test
  void tenThousandImagesAreListedFromMemory() throws Exception {
    List<byte[]> layers = List.of(TestArchive.tar().file("f", "x").bytes());
    byte[] first = TestArchive.docker(TestArchive.config(layers, "0"), layers, "many:0");
    engine.images.load(TestArchive.in(first), Optional.empty(), true, ProgressSink.NONE);
    engine.store.write(Durability.PROCESS, connection -> insert(connection, layers));
    engine.stop();
    engine = engine.reopen();
    assertThat(engine.images.count()).isEqualTo(10_000);
    engine.store.close(); // nobody is asked
    assertThat(engine.images.list(new ImageQuery(false, Filters.NONE, false, true)))
        .hasSize(10_000);
  }

  private static int insert(Connection connection, List<byte[]> layers) throws SQLException {
    try (PreparedStatement image =
            connection.prepareStatement(
                "INSERT INTO image (id, parent, tagged, config) VALUES (?, NULL, 1, ?)");
        PreparedStatement name =
            connection.prepareStatement("INSERT INTO image_name (name, image) VALUES (?, ?)")) {
      for (int i = 1; i < 10_000; i++) {
        byte[] config = TestArchive.config(layers, "" + i);
        image.setString(1, Digests.sha256(config));
        image.setBytes(2, config);
        image.executeUpdate();
        name.setString(1, "docker.io/library/many:" + i);
        name.setString(2, Digests.sha256(config));
        name.executeUpdate();
      }
      return 0;
    }
  }
}
