package io.gantry.id;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class IdsTest {

  @Test
  void newIdsDifferAndAreNoNumbers() {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 2000; i++) {
      String id = Ids.random();
      assertThat(id).matches("[0-9a-f]{64}");
      // one in 280 would be a number by chance
      assertThat(id.substring(0, 12)).doesNotMatch("[0-9]{12}");
      ids.add(id);
    }
    assertThat(ids).hasSize(2000);
  }

  @Test
  void shortIdsAreTwelveDigits() {
    assertThat(Ids.shortened("0123456789abcdef")).isEqualTo("0123456789ab");
    assertThat(Ids.shortened("sha256:0123456789abcdef")).isEqualTo("0123456789ab");
    assertThat(Ids.shortened("0123")).isEqualTo("0123");
  }
}
