package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.Hijacked;
import io.gantry.testing.Hijacked.Way;
import io.gantry.testing.RowEngine;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Rows C17 and C18: clients that stop reading, of each kind at once. What shows that they hold up
 * nobody is that the container ends and another client has every byte before they read their first
 * one; that they lose nothing either, that they can then read it all.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC17StalledClientsTest {

  private static final int MIB = 1 << 20;
  private static final int MEBIBYTES = 256;
  private static final int EXEC_MEBIBYTES = 32;

  /** The head of a frame; in a log each line has its own. */
  private static final int FRAME = 8;

  /** A line of 1 KiB. */
  private static final String LINE = "x".repeat(1023) + "\n";

  private static final byte[] LINES = LINE.repeat(1024).getBytes(StandardCharsets.US_ASCII);

  private static RowEngine engine;
  private static Containers containers;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
    containers = engine.containers();
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  private static String print(int mebibytes) {
    return "yes " + LINE.strip() + " | head -c " + (long) mebibytes * MIB;
  }

  private static Hijacked attach(String id, Way way) throws IOException {
    String path = way == Way.WEBSOCKET ? "/attach/ws?" : "/attach?";
    return Hijacked.open(
        engine.socket(), way, "/containers/" + id + path + "stream=1&stdout=1", "");
  }

  @Test
  void theyHoldUpNobodyAndLoseNothing() throws Exception {
    engine.own("of dockerd the container stands still");
    String id =
        containers.create(
            "flood", "sh", "-c", "while [ ! -e /go ]; do usleep 10000; done; " + print(MEBIBYTES));
    try (Hijacked reader = attach(id, Way.UPGRADE);
        Hijacked stalled = attach(id, Way.UPGRADE);
        Hijacked webSocket = attach(id, Way.WEBSOCKET)) {
      engine.client().post("/containers/" + id + "/start").expectOk();
      String exec =
          containers.exec(id, Map.of("AttachStdout", true), "sh", "-c", print(EXEC_MEBIBYTES));
      try (Hijacked session =
              Hijacked.open(engine.socket(), Way.UPGRADE, "/exec/" + exec + "/start", "{}");
          EngineClient.Stream log =
              engine
                  .client()
                  .open("GET", "/containers/" + id + "/logs?follow=1&stdout=1", null, null)) {
        containers.awaitExec(exec, "over", now -> !now.get("Running").asBoolean());
        engine.shell(id, "touch /go");
        reader.require(true, LINES, MEBIBYTES);
        assertThat(reader.rest(true)).isEmpty();
        assertThat(containers.awaitStatus(id, "exited").at("/State/ExitCode").asInt()).isZero();
        // only now the others go on reading
        stalled.require(true, LINES, MEBIBYTES);
        webSocket.require(false, LINES, MEBIBYTES);
        session.require(true, LINES, EXEC_MEBIBYTES);
        assertThat(length(log)).isEqualTo((LINE.length() + FRAME) * (long) MEBIBYTES * 1024);
      }
    }
  }

  private static long length(EngineClient.Stream body) throws IOException {
    long length = 0;
    for (byte[] chunk = body.chunk(); chunk.length > 0; chunk = body.chunk()) {
      length += chunk.length;
    }
    return length;
  }
}
