package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Row C19: whom a copy or a commit holds up. */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC19HoldsTest extends FileRows {

  /** Better than Docker, where all wait for a copy. */
  @Test
  void whoDoesNotReadHisCopyHoldsUpNothingButTheRemoval() throws Exception {
    engine.own("of dockerd all wait");
    String id = containers.create("copied", Lives.OBEDIENT);
    String big = "x".repeat(24 << 20);
    copies.put(id, "/tmp", new Tars().file("big", big).bytes()).expectOk();
    CompletableFuture<Answer> removal;
    try (EngineClient.Stream export =
        client.open("GET", "/containers/" + id + "/export", null, null)) {
      assertThat(export.status()).isEqualTo(200);
      client.post("/containers/" + id + "/rename?name=" + engine.name("renamed")).expectOk();
      client.post("/containers/" + id + "/start").expectOk();
      copies.put(id, "/tmp", Copies.sample()).expectOk();
      client.post("/containers/" + id + "/restart").expectOk();
      client.post("/containers/" + id + "/stop").expectOk();
      assertThat(copies.content(id, "/tmp/d/f")).isEqualTo("hello");
      removal =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return client.delete("/containers/" + id);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      assertThat(removal).failsWithin(300, TimeUnit.MILLISECONDS);
      assertThat(containers.status(id)).isEqualTo("exited");
    }
    assertThat(removal.get(20, TimeUnit.SECONDS).status()).isEqualTo(204);
  }

  @Test
  void aStopDoesNotWaitForACommit() throws Exception {
    String image = engine.name("long");
    String id = containers.run("stopped", Lives.OBEDIENT);
    copies.put(id, "/tmp", new Tars().file("big", "x".repeat(32 << 20)).bytes()).expectOk();
    CompletableFuture<Answer> commit =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.post("/commit?container=" + id + "&repo=" + image + "&tag=1");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    while (!containers.actions(id).contains("pause")) {
      Thread.onSpinWait();
    }
    long begin = System.nanoTime();
    client.post("/containers/" + id + "/stop?t=9").expectOk();
    assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(9));
    commit.get(30, TimeUnit.SECONDS).expectOk();
    client.delete("/images/" + image + ":1").expectOk();
  }

  /** What a commit froze goes on after the daemon has been killed; what a user paused does not. */
  @Test
  void aKilledDaemonLeavesNothingFrozen() throws Exception {
    TestDaemon daemon = engine.own("the reference is not killed");
    String paused = containers.run("paused", Lives.OBEDIENT);
    client.post("/containers/" + paused + "/pause").expectOk();
    String id = containers.run("frozen", Lives.OBEDIENT);
    copies.put(id, "/tmp", new Tars().file("big", "x".repeat(48 << 20)).bytes()).expectOk();
    String copied = containers.create("copied", "true");
    copies.put(copied, "/tmp", new Tars().file("big", "x".repeat(24 << 20)).bytes()).expectOk();
    try (EngineClient.Stream copy =
            client.open("GET", "/containers/" + copied + "/archive?path=/", null, null);
        EngineClient.Stream events =
            client.open(
                "GET", "/events?filters=%7B%22event%22%3A%5B%22pause%22%5D%7D", null, null)) {
      assertThat(copy.status()).isEqualTo(200);
      CompletableFuture.runAsync(
          () -> {
            try {
              client.post("/commit?container=" + id + "&repo=lost&tag=1");
            } catch (IOException | RuntimeException e) {
              // the daemon is killed meanwhile
            }
          });
      events.chunk();
      daemon.kill();
    }
    daemon.start();
    assertThat(containers.status(paused)).isEqualTo("paused");
    assertThat(containers.status(id)).isEqualTo("running");
    client.post("/containers/" + paused + "/unpause").expectOk();
    client.post("/containers/" + id + "/stop?t=20").expectOk();
    assertThat(containers.inspect(id).at("/State/ExitCode").asInt()).isEqualTo(9);
    assertThat(copies.content(copied, "/tmp/big")).hasSize(24 << 20);
  }
}
