package io.gantry.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** A daemon that dies before it has answered for the first time. */
class CutOffStartTest {

  @Test
  void theDatabaseIsMadeInAsManyStartsAsItTakes() throws Exception {
    try (DyingDaemon dying = new DyingDaemon()) {
      for (int passed : new int[] {1, 2, 5}) {
        dying.daemon.launch("-Dgantry.failpoint=schema.migrated:" + passed);
        dying.awaitDeath();
      }
      dying.start();
      dying.client.post("/volumes/create", Map.of("Name", "works")).expectOk();
      assertThat(dying.client.get("/volumes/works").status()).isEqualTo(200);
    }
  }
}
