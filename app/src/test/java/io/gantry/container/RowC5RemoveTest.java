package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.mount.Mounts;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.TestDaemon;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Row C5: removal, also one that fails. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC5RemoveTest extends LifeRows {

  @Test
  void whatCannotBeRemovedIsDeadAndCanBeTriedAgain() throws Exception {
    TestDaemon daemon = lives.engine().own("the reference is not killed");
    String id = containers.create("busy", "true");
    Path busy = daemon.dataRoot().resolve("containers").resolve(id).resolve("busy");
    Files.createDirectories(busy);
    Mounts.mount("tmpfs", "tmpfs", busy, List.of());
    try {
      Answer failed = lives.client().delete("/containers/" + id + "?force=1");
      assertThat(failed.status()).isEqualTo(500);
      assertThat(failed.text()).contains(id);
      assertThat(containers.status(id)).isEqualTo("dead");
      assertThat(lives.post(id + "/start").status()).isEqualTo(409);
      daemon.kill();
      daemon.start();
      assertThat(containers.status(lives.engine().name("busy"))).isEqualTo("dead");
    } finally {
      Mounts.detach(busy);
    }
    lives.client().delete("/containers/" + id).expectOk();
    assertThat(lives.client().get("/containers/" + id + "/json").status()).isEqualTo(404);
    assertThat(Files.exists(busy.getParent())).isFalse();
    containers.create("busy", "true");
  }

  @Test
  void anonymousVolumesGoWithItAndNamedOnesStay() throws Exception {
    String named = lives.engine().name("named");
    Map<String, ?> config = Map.of("Volumes", Map.of("/anonymous", Map.of()));
    Map<String, ?> host = Map.of("Binds", List.of(named + ":/named"));
    String id = containers.run("volumes", config, host, Lives.OBEDIENT);
    String anonymous = "";
    for (JsonNode mount : containers.inspect(id).get("Mounts")) {
      if (mount.get("Destination").asString().equals("/anonymous")) {
        anonymous = mount.get("Name").asString();
      }
    }
    lives.client().delete("/containers/" + id + "?force=1&v=1").expectOk();
    assertThat(lives.client().get("/volumes/" + anonymous).status()).isEqualTo(404);
    assertThat(lives.client().delete("/volumes/" + named).status()).isEqualTo(204);
  }

  @Test
  void forceSucceedsWhoeverElseRemovesIt() throws Exception {
    lives.engine().own("dockerd answers 409 to all but the first");
    for (int i = 0; i < 5; i++) {
      String id = containers.run("raced" + i, Map.of(), Lives.AUTO_REMOVE, Lives.OBEDIENT);
      List<Future<Answer>> removals = new ArrayList<>();
      for (int j = 0; j < 4; j++) {
        removals.add(lives.later(() -> lives.client().delete("/containers/" + id + "?force=1")));
      }
      for (Future<Answer> removal : removals) {
        assertThat(removal.get().status()).isIn(204, 404);
      }
      assertThat(lives.client().get("/containers/" + id + "/json").status()).isEqualTo(404);
    }
  }
}
