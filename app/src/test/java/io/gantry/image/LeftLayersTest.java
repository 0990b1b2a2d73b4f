package io.gantry.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.registry.Digests;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Layers without an image, over restarts: those that only a container needed go with it. */
class LeftLayersTest {

  private static final byte[] BASE = TestArchive.tar().file("base", "b").bytes();
  private static final byte[] TOP = TestArchive.tar().file("top", "t").bytes();

  private TestEngine engine;

  @BeforeEach
  void open() throws Exception {
    engine = TestEngine.open();
  }

  @AfterEach
  void close() throws IOException {
    engine.close();
  }

  private void reopen() throws Exception {
    engine.stop();
    engine = engine.reopen();
  }

  private void load(byte[] archive) {
    engine.images.load(TestArchive.in(archive), Optional.empty(), true, ProgressSink.NONE);
  }

  /** Makes an image with a stopped container, and removes the image; returns what is used. */
  private ImageUsers.Use useWithoutImage() {
    List<byte[]> layers = List.of(BASE, TOP);
    byte[] config = TestArchive.config(layers, "gone");
    load(TestArchive.docker(config, layers, "gone:1"));
    String id = Digests.sha256(config);
    String chain = engine.images.resolve(id).chainId().orElseThrow();
    ImageUsers.Use use = new ImageUsers.Use("c".repeat(64), id, chain, List.of(), false);
    engine.uses.add(use);
    engine.images.remove(id, Optional.empty(), true, true);
    assertThat(engine.driver.walk()).hasSize(2);
    return use;
  }

  @Test
  void theyGoWithTheContainerAfterARestartToo() throws Exception {
    ImageUsers.Use use = useWithoutImage();
    reopen();
    engine.uses.add(use);
    engine.images.collectLayers();
    assertThat(engine.driver.walk()).hasSize(2);
    engine.uses.clear();
    engine.images.released(use.chainId());
    assertThat(engine.driver.walk()).isEmpty();
  }

  @Test
  void theyGoAtTheStartIfTheContainerWentBefore() throws Exception {
    useWithoutImage();
    reopen();
    engine.images.collectLayers();
    assertThat(engine.driver.walk()).isEmpty();
  }

  @Test
  void thoseOfAPullThatWasCutOffStay() throws Exception {
    byte[] config = TestArchive.config(List.of(BASE, TOP), "bad");
    List<byte[]> others = List.of(BASE, TestArchive.tar().file("x", "y").bytes());
    assertThatThrownBy(() -> load(TestArchive.docker(config, others, "bad:1")))
        .isInstanceOf(EngineException.class);
    reopen();
    engine.images.collectLayers();
    assertThat(engine.driver.walk()).hasSize(1);
    engine.images.prune(Filters.NONE);
    assertThat(engine.driver.walk()).isEmpty();
  }
}
