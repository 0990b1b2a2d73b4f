package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Row C2: what a name means that is also an id, or the beginning of some. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC2NamesTest extends LifeRows {

  @Test
  void aFullIdGoesBeforeANameAndANameBeforeAPrefix() throws Exception {
    String first = containers.create("first", "true");
    String namedAsPrefix = named(first.substring(0, 12));
    String namedAsId = named(first);
    assertThat(containers.inspect(first).get("Id").asString()).isEqualTo(first);
    assertThat(containers.inspect(first.substring(0, 12)).get("Id").asString())
        .isEqualTo(namedAsPrefix);
    assertThat(containers.inspect(first.substring(0, 13)).get("Id").asString()).isEqualTo(first);
    assertThat(containers.inspect(namedAsId.substring(0, 20)).get("Id").asString())
        .isEqualTo(namedAsId);
  }

  private static String named(String name) throws IOException {
    return lives.engine().create(name, Map.of()).expectOk().json().get("Id").asString();
  }

  @Test
  void aNameThatIsTakenIsNotGivenAgain() throws Exception {
    String first = containers.create("taken", "true");
    String second = containers.create("other", "true");
    String taken = containers.inspect(first).get("Name").asString();
    Answer answer =
        lives.client().post("/containers/" + second + "/rename?name=" + taken.substring(1));
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.text())
        .contains("Error when allocating new name: Conflict. The container name \\\"" + taken)
        .contains("is already in use by container \\\"" + first);
  }

  @Test
  void anAmbiguousPrefixIsRefusedWithWhatItFits() throws Exception {
    List<String> ids = new ArrayList<>();
    String prefix = "";
    while (prefix.isEmpty()) {
      String id = containers.create("ambiguous" + ids.size(), "true");
      prefix =
          ids.stream().anyMatch(other -> other.charAt(0) == id.charAt(0)) ? id.substring(0, 1) : "";
      ids.add(id);
    }
    String fits = prefix;
    Answer answer = lives.client().get("/containers/" + prefix + "/json");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("multiple IDs found with provided prefix: " + prefix);
    lives.engine().own("dockerd does not say which");
    ids.stream()
        .filter(id -> id.startsWith(fits))
        .forEach(id -> assertThat(answer.text()).contains(id.substring(0, 12)));
  }
}
