package io.gantry.testing;

import io.gantry.testing.EngineClient.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import tools.jackson.databind.JsonNode;

/** Containers of busybox, as tests use them, and what the engine says of them. */
public final class Containers {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  /** Asks for a container. */
  @FunctionalInterface
  interface Creation {
    Answer create(String name, Map<String, ?> body) throws IOException;
  }

  private final EngineClient client;
  private final Creation creation;

  public Containers(EngineClient client) {
    this(client, (name, body) -> client.post("/containers/create?name=" + name, body));
  }

  Containers(EngineClient client, Creation creation) {
    this.client = client;
    this.creation = creation;
  }

  /** Makes a container without a network; returns its id. */
  public String create(String name, String... command) throws IOException {
    return create(name, Map.of(), Map.of(), command);
  }

  /**
   * Makes a container; returns its id.
   *
   * @param config more of the configuration
   * @param host more of the host configuration, which has no network unless it says so
   */
  public String create(String name, Map<String, ?> config, Map<String, ?> host, String... command)
      throws IOException {
    Map<String, Object> hostConfig = new LinkedHashMap<>(Map.of("NetworkMode", "none"));
    hostConfig.putAll(host);
    Map<String, Object> body = new LinkedHashMap<>(Map.of("Image", "busybox"));
    body.put("Cmd", List.of(command));
    body.putAll(config);
    body.put("HostConfig", hostConfig);
    return creation.create(name, body).expectOk().json().get("Id").asString();
  }

  public String run(String name, String... command) throws IOException {
    return run(name, Map.of(), Map.of(), command);
  }

  public String run(String name, Map<String, ?> config, Map<String, ?> host, String... command)
      throws IOException {
    String id = create(name, config, host, command);
    client.post("/containers/" + id + "/start").expectOk();
    return id;
  }

  public JsonNode inspect(String reference) throws IOException {
    return client.get("/containers/" + reference + "/json").expectOk().json();
  }

  public String status(String reference) throws IOException {
    return inspect(reference).at("/State/Status").asString();
  }

  public int pid(String reference) throws IOException {
    return inspect(reference).at("/State/Pid").asInt();
  }

  /** Waits until the container is as wanted, and returns it. */
  public JsonNode await(String reference, String what, Predicate<JsonNode> wanted)
      throws IOException, InterruptedException {
    return await("/containers/" + reference, reference, what, wanted);
  }

  /** Waits until the exec is as wanted, and returns it. */
  public JsonNode awaitExec(String id, String what, Predicate<JsonNode> wanted)
      throws IOException, InterruptedException {
    return await("/exec/" + id, id, what, wanted);
  }

  private JsonNode await(String path, String name, String what, Predicate<JsonNode> wanted)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (true) {
      JsonNode now = client.get(path + "/json").expectOk().json();
      if (wanted.test(now)) {
        return now;
      }
      if (System.nanoTime() > end) {
        throw new AssertionError(name + " is not " + what + ": " + now);
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  public JsonNode awaitStatus(String reference, String status)
      throws IOException, InterruptedException {
    return await(reference, status, now -> now.at("/State/Status").asString().equals(status));
  }

  /** What the container has written so far. */
  public String log(String reference) throws IOException {
    Answer log = client.get("/containers/" + reference + "/logs?stdout=1&stderr=1").expectOk();
    boolean tty = inspect(reference).at("/Config/Tty").asBoolean();
    return tty ? log.text() : payload(log.body());
  }

  /** The text within multiplexed frames. */
  public static String payload(byte[] frames) {
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (at + 8 <= frames.length) {
      int length =
          (frames[at + 4] & 0xff) << 24
              | (frames[at + 5] & 0xff) << 16
              | (frames[at + 6] & 0xff) << 8
              | frames[at + 7] & 0xff;
      text.append(new String(frames, at + 8, length, StandardCharsets.UTF_8));
      at += 8 + length;
    }
    return text.toString();
  }

  /** Notes a process to be run; returns its id. */
  public String exec(String reference, Map<String, ?> config, String... command)
      throws IOException {
    Map<String, Object> body = new LinkedHashMap<>(config);
    body.put("Cmd", List.of(command));
    return client
        .post("/containers/" + reference + "/exec", body)
        .expectOk()
        .json()
        .get("Id")
        .asString();
  }

  /** The actions told of a container so far, in order. */
  public List<String> actions(String id) throws IOException {
    String filters =
        java.net.URLEncoder.encode("{\"container\":[\"" + id + "\"]}", StandardCharsets.UTF_8);
    long until = System.currentTimeMillis() / 1000 + 1;
    return client
        .get("/events?since=1&until=" + until + "&filters=" + filters)
        .expectOk()
        .text()
        .lines()
        .filter(line -> !line.isBlank())
        .map(line -> line.replaceFirst(".*\"Action\":\"([^\"]*)\".*", "$1"))
        .toList();
  }
}
