package io.gantry.crash;

import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Several clients that create, start, use, stop and remove objects until the daemon dies, and what
 * they were told. An object whose making or removing was not answered may be there or not; all
 * others must be as they were told.
 */
final class Workload {

  /** What is known of an object. */
  enum Knowledge {
    /** Its making was asked for and not answered. */
    MAYBE_MADE,
    MADE,
    /** Its removal was asked for and not answered. */
    MAYBE_REMOVED,
    REMOVED
  }

  private static final AtomicInteger SERIAL = new AtomicInteger();
  private static final int CLIENTS = 3;

  private final EngineClient client;
  private final Random random;
  private final String network;

  final Map<String, Knowledge> containers = new ConcurrentHashMap<>();
  final Map<String, Knowledge> volumes = new ConcurrentHashMap<>();
  final Map<String, Knowledge> tags = new ConcurrentHashMap<>();
  final Map<String, Knowledge> networks = new ConcurrentHashMap<>();

  /** Exit codes of containers whose start was answered, by name. */
  final Map<String, Integer> exitCodes = new ConcurrentHashMap<>();

  private volatile boolean over;

  Workload(EngineClient client, long seed, String network) {
    this.client = client;
    this.random = new Random(seed);
    this.network = network;
  }

  /** Begins; each client ends with the daemon or when told. */
  List<Thread> start() {
    over = false;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      long seed = random.nextLong();
      threads.add(Thread.startVirtualThread(() -> run(new Random(seed))));
    }
    return threads;
  }

  void stop() {
    over = true;
  }

  private void run(Random choices) {
    try {
      while (!over) {
        switch (choices.nextInt(7)) {
          case 0 -> volume();
          case 1 -> tag();
          case 2 -> runToEnd(choices.nextInt(100), "none");
          case 3 -> runToEnd(choices.nextInt(100), network);
          case 4 -> network();
          default -> useLongRunning(choices);
        }
      }
    } catch (IOException e) {
      // the daemon is dead: that is what this is about
      over = true;
    }
  }

  private void volume() throws IOException {
    String name = "v" + SERIAL.incrementAndGet();
    volumes.put(name, Knowledge.MAYBE_MADE);
    client.post("/volumes/create", Map.of("Name", name)).expectOk();
    volumes.put(name, Knowledge.MADE);
    if (SERIAL.get() % 2 == 0) {
      volumes.put(name, Knowledge.MAYBE_REMOVED);
      client.delete("/volumes/" + name).expectOk();
      volumes.put(name, Knowledge.REMOVED);
    }
  }

  private void network() throws IOException {
    String name = "n" + SERIAL.incrementAndGet();
    networks.put(name, Knowledge.MAYBE_MADE);
    client.post("/networks/create", Map.of("Name", name)).expectOk();
    networks.put(name, Knowledge.MAYBE_REMOVED);
    client.delete("/networks/" + name).expectOk();
    networks.put(name, Knowledge.REMOVED);
  }

  private void tag() throws IOException {
    String tag = "t" + SERIAL.incrementAndGet();
    tags.put(tag, Knowledge.MAYBE_MADE);
    client.post("/images/busybox:latest/tag?repo=crash&tag=" + tag).expectOk();
    tags.put(tag, Knowledge.MADE);
    if (SERIAL.get() % 2 == 0) {
      tags.put(tag, Knowledge.MAYBE_REMOVED);
      client.delete("/images/crash:" + tag).expectOk();
      tags.put(tag, Knowledge.REMOVED);
    }
  }

  private String create(String network, String... command) throws IOException {
    String name = "c" + SERIAL.incrementAndGet();
    containers.put(name, Knowledge.MAYBE_MADE);
    client
        .post(
            "/containers/create?name=" + name,
            Map.of(
                "Image", "busybox",
                "Cmd", List.of(command),
                "HostConfig", Map.of("NetworkMode", network)))
        .expectOk();
    containers.put(name, Knowledge.MADE);
    return name;
  }

  private void runToEnd(int exitCode, String network) throws IOException {
    String name = create(network, "sh", "-c", "echo done; exit " + exitCode);
    client.post("/containers/" + name + "/start").expectOk();
    exitCodes.put(name, exitCode);
    Answer waited = client.post("/containers/" + name + "/wait").expectOk();
    int told = waited.json().get("StatusCode").asInt();
    if (told != exitCode) {
      throw new AssertionError(name + " ended with " + told + " instead of " + exitCode);
    }
    if (SERIAL.get() % 3 != 0) {
      remove(name);
    }
  }

  private void remove(String name) throws IOException {
    containers.put(name, Knowledge.MAYBE_REMOVED);
    exitCodes.remove(name);
    client.delete("/containers/" + name + "?force=1&v=1").expectOk();
    containers.put(name, Knowledge.REMOVED);
  }

  private void useLongRunning(Random choices) throws IOException {
    String name = create(network, "sleep", "600");
    client.post("/containers/" + name + "/start").expectOk();
    Answer exec =
        client.post(
            "/containers/" + name + "/exec",
            Map.of("Cmd", List.of("echo", "hello"), "AttachStdout", true));
    String id = exec.expectOk().json().get("Id").asString();
    client.post("/exec/" + id + "/start", Map.of("Detach", false));
    if (choices.nextBoolean()) {
      client.post("/containers/" + name + "/stop?t=0").expectOk();
    }
    remove(name);
  }
}
