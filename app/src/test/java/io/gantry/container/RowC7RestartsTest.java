package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient.Answer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Row C7: the same containers changed by many at once. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC7RestartsTest extends LifeRows {

  @Test
  void concurrentRestartsOfTheSameContainersAreAllAnswered() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      ids.add(containers.run("shared" + i, Lives.OBEDIENT));
    }
    List<Future<Answer>> answers = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      String id = ids.get(i % ids.size());
      String request = i % 8 < 4 ? "/restart?t=0" : "/start";
      answers.add(lives.later(() -> lives.post(id + request)));
    }
    for (Future<Answer> answer : answers) {
      assertThat(answer.get().status()).as(answer.get().text()).isIn(204, 304);
    }
    for (String id : ids) {
      assertThat(containers.status(id)).isEqualTo("running");
      List<String> actions = containers.actions(id);
      assertThat(Collections.frequency(actions, "start"))
          .isEqualTo(Collections.frequency(actions, "die") + 1);
    }
  }

  @Test
  void whoeverWaitsForAContainerThatIsBeingRemovedLeavesNothing() throws Exception {
    lives.engine().own("an attach that dockerd has let in never ends");
    for (int i = 0; i < 8; i++) {
      String id = containers.create("going" + i, Lives.OBEDIENT);
      String path = "/containers/" + id;
      String name = lives.engine().name("gone" + i);
      Future<Answer> removed = lives.later(() -> lives.client().delete(path));
      Future<Answer> renamed =
          lives.later(() -> lives.client().post(path + "/rename?name=" + name));
      Future<Answer> attached =
          lives.later(() -> lives.client().post(path + "/attach?stream=1&stdout=1"));
      assertThat(removed.get().status()).isEqualTo(204);
      assertThat(renamed.get().status()).as(renamed.get().text()).isIn(204, 404);
      assertThat(attached.get().status()).as(attached.get().text()).isIn(200, 404);
      String next = lives.engine().create(name, Map.of()).expectOk().json().get("Id").asString();
      lives.client().delete("/containers/" + next).expectOk();
    }
  }
}
