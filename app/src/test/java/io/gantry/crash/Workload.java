package io.gantry.crash;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
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

  static final int CLIENTS = 3;

  private static final AtomicInteger SERIAL = new AtomicInteger();
  private static final Map<String, ?> PUBLISHED =
      Map.of("PortBindings", Map.of("80/tcp", List.of(Map.of("HostIp", "127.0.0.1"))));

  private static final Map<String, ?> IMAGE =
      Map.of("Type", "image", "Source", "busybox:latest", "Target", "/image");

  private final EngineClient client;
  private final Random random;
  private final String network;
  private final String otherNetwork;
  private final List<String> images;
  private final Path hooks;

  final Map<String, Knowledge> containers = new ConcurrentHashMap<>();
  final Map<String, Knowledge> volumes = new ConcurrentHashMap<>();
  final Map<String, Knowledge> tags = new ConcurrentHashMap<>();
  final Map<String, Knowledge> networks = new ConcurrentHashMap<>();

  /** Exit codes of containers whose start was answered, by name. */
  final Map<String, Integer> exitCodes = new ConcurrentHashMap<>();

  /** What was answered and should not have been. */
  final Queue<Throwable> faults = new ConcurrentLinkedQueue<>();

  private volatile boolean over;

  /**
   * @param network one that is there
   * @param otherNetwork another one
   * @param images names in a registry to be pulled, one for each client
   * @param hooks a file of hooks
   */
  Workload(
      EngineClient client,
      long seed,
      String network,
      String otherNetwork,
      List<String> images,
      Path hooks) {
    this.client = client;
    this.random = new Random(seed);
    this.network = network;
    this.otherNetwork = otherNetwork;
    this.images = images;
    this.hooks = hooks;
  }

  /** Begins; each client ends with the daemon or when told. */
  List<Thread> start() {
    over = false;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      long seed = random.nextLong();
      String image = images.get(i);
      threads.add(Thread.startVirtualThread(() -> run(new Random(seed), image)));
    }
    return threads;
  }

  void stop() {
    over = true;
  }

  private void run(Random choices, String image) {
    try {
      while (!over) {
        switch (choices.nextInt(12)) {
          case 0 -> volume();
          case 1 -> tag();
          case 2 -> runToEnd(choices.nextInt(100), Map.of());
          case 3 -> runToEnd(choices.nextInt(100), onNetwork());
          case 4 -> network();
          case 5 -> pull(image);
          case 6 -> runOnVolume(choices.nextInt(100));
          case 7 -> runToEnd(choices.nextInt(100), Map.of("Mounts", List.of(IMAGE)));
          case 8 -> runToEnd(choices.nextInt(100), Map.of("HookSpec", hooks.toString()));
          default -> useLongRunning(choices);
        }
      }
    } catch (IOException e) {
      // the daemon is dead: that is what this is about
      over = true;
    } catch (RuntimeException | AssertionError e) {
      faults.add(e);
      over = true;
    }
  }

  private Map<String, ?> onNetwork() {
    Map<String, Object> host = new LinkedHashMap<>(PUBLISHED);
    host.put("NetworkMode", network);
    return host;
  }

  private void volume() throws IOException {
    String name = "v" + SERIAL.incrementAndGet();
    volumes.put(name, Knowledge.MAYBE_MADE);
    client.post("/volumes/create", Map.of("Name", name)).expectOk();
    volumes.put(name, Knowledge.MADE);
    if (SERIAL.get() % 2 == 0) {
      removeVolume(name);
    }
  }

  private void removeVolume(String name) throws IOException {
    volumes.put(name, Knowledge.MAYBE_REMOVED);
    client.delete("/volumes/" + name).expectOk();
    volumes.put(name, Knowledge.REMOVED);
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
    String name = "crash:" + tag;
    tags.put(name, Knowledge.MAYBE_MADE);
    client.post("/images/busybox:latest/tag?repo=crash&tag=" + tag).expectOk();
    tags.put(name, Knowledge.MADE);
    if (SERIAL.get() % 2 == 0) {
      removeTag(name);
    }
  }

  private void removeTag(String name) throws IOException {
    tags.put(name, Knowledge.MAYBE_REMOVED);
    client.delete("/images/" + name).expectOk();
    tags.put(name, Knowledge.REMOVED);
  }

  /** Each client has an image of its own. */
  private void pull(String image) throws IOException {
    if (tags.get(image) != Knowledge.MADE) {
      tags.put(image, Knowledge.MAYBE_MADE);
      String progress =
          client.post("/images/create?fromImage=" + image + "&tag=latest").expectOk().text();
      require(!progress.contains("\"error\""), "pull of " + image + ": " + progress);
      tags.put(image, Knowledge.MADE);
    }
    removeTag(image);
  }

  private String create(Map<String, ?> host, String... command) throws IOException {
    String name = "c" + SERIAL.incrementAndGet();
    containers.put(name, Knowledge.MAYBE_MADE);
    new Containers(client).create(name, Map.of(), host, command);
    containers.put(name, Knowledge.MADE);
    return name;
  }

  private void runToEnd(int exitCode, Map<String, ?> host) throws IOException {
    String name = create(host, "sh", "-c", "echo done; exit " + exitCode);
    end(name, exitCode);
    if (SERIAL.get() % 3 != 0) {
      remove(name);
    }
  }

  private void end(String name, int exitCode) throws IOException {
    client.post("/containers/" + name + "/start").expectOk();
    exitCodes.put(name, exitCode);
    Answer waited = client.post("/containers/" + name + "/wait").expectOk();
    int told = waited.json().get("StatusCode").asInt();
    require(told == exitCode, name + " ended with " + told + " instead of " + exitCode);
  }

  /** The programs are in the volume: half of them would not do. */
  private void runOnVolume(int exitCode) throws IOException {
    String volume = "w" + SERIAL.incrementAndGet();
    volumes.put(volume, Knowledge.MAYBE_MADE);
    String name =
        create(
            Map.of("Binds", List.of(volume + ":/bin")),
            "sh",
            "-c",
            "sort /etc/group >/dev/null && echo done; exit " + exitCode);
    volumes.put(volume, Knowledge.MADE);
    end(name, exitCode);
    remove(name);
    removeVolume(volume);
  }

  private void remove(String name) throws IOException {
    containers.put(name, Knowledge.MAYBE_REMOVED);
    exitCodes.remove(name);
    client.delete("/containers/" + name + "?force=1&v=1").expectOk();
    containers.put(name, Knowledge.REMOVED);
  }

  private void useLongRunning(Random choices) throws IOException {
    String name = create(onNetwork(), "sleep", "600");
    String path = "/containers/" + name;
    client.post(path + "/start").expectOk();
    exec(name);
    switch (choices.nextInt(5)) {
      case 0 -> client.post(path + "/update", Map.of("PidsLimit", 100)).expectOk();
      case 1 -> {
        client.post(path + "/pause").expectOk();
        client.post(path + "/unpause").expectOk();
      }
      case 2 -> {
        Map<String, String> body = Map.of("Container", name);
        client.post("/networks/" + otherNetwork + "/connect", body).expectOk();
        client.post("/networks/" + otherNetwork + "/disconnect", body).expectOk();
      }
      case 3 -> name = rename(name);
      default -> client.post(path + "/stop?t=0").expectOk();
    }
    remove(name);
  }

  private void exec(String name) throws IOException {
    Containers running = new Containers(client);
    String id = running.exec(name, Map.of("AttachStdout", true), "sh", "-c", "echo hello; exit 7");
    Answer output = client.post("/exec/" + id + "/start", Map.of("Detach", false)).expectOk();
    // a daemon that died meanwhile cannot answer this; what came before it died is not all
    int exitCode = client.get("/exec/" + id + "/json").expectOk().json().get("ExitCode").asInt();
    String text = Containers.payload(output.body());
    require(
        text.equals("hello\n") && exitCode == 7,
        "exec in " + name + " said " + text + " and ended with " + exitCode);
  }

  private String rename(String name) throws IOException {
    String other = "r" + SERIAL.incrementAndGet();
    containers.put(other, Knowledge.MAYBE_MADE);
    containers.put(name, Knowledge.MAYBE_REMOVED);
    client.post("/containers/" + name + "/rename?name=" + other).expectOk();
    containers.put(other, Knowledge.MADE);
    containers.put(name, Knowledge.REMOVED);
    return other;
  }

  private static void require(boolean right, String otherwise) {
    if (!right) {
      throw new AssertionError(otherwise);
    }
  }
}
