package io.gantry.testing;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.testing.EngineClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The engine that the test of a guide's row asks: a daemon of the test's own or, with {@code
 * GANTRY_REFERENCE_SOCKET} set, the dockerd that listens there, so that the test itself is known to
 * be right. {@link #close} removes the containers made through this, and the volumes named by it,
 * and nothing else.
 */
public final class RowEngine implements AutoCloseable {

  private static final String REFERENCE = "GANTRY_REFERENCE_SOCKET";
  private static final String LABEL = "gantry.test";

  private final String id = HexFormat.of().toHexDigits(new Random().nextInt());
  private final @Nullable TestDaemon daemon;
  private final Path socket;
  private final EngineClient client;
  private final List<String> made = new ArrayList<>();
  private final Path shared;

  private RowEngine(@Nullable TestDaemon daemon, Path socket, Path shared) {
    this.daemon = daemon;
    this.socket = socket;
    this.client = new EngineClient(socket);
    this.shared = shared;
  }

  /**
   * Starts the daemon, or takes the reference.
   *
   * @param options of our daemon; without any it has no default bridge
   */
  public static RowEngine start(String... options) throws Exception {
    String reference = System.getenv(REFERENCE);
    if (reference != null) {
      // the reference may see another root than we do, but its socket's directory in both
      Path socket = Path.of(reference);
      return new RowEngine(null, socket, Files.createTempDirectory(socket.getParent(), "rows"));
    }
    TestDaemon daemon =
        new TestDaemon(options.length == 0 ? new String[] {"--bridge", "none"} : options);
    daemon.start().withBusybox();
    return new RowEngine(daemon, daemon.socket(), Files.createTempDirectory("gantry-rows"));
  }

  public boolean isReference() {
    return daemon == null;
  }

  /** Our daemon. */
  public TestDaemon daemon() {
    if (daemon == null) {
      throw new IllegalStateException("the reference is not ours to handle");
    }
    return daemon;
  }

  /** Our daemon; skips the test on dockerd: there it cannot be done, or the engine does better. */
  public TestDaemon own(String why) {
    assumeThat(daemon).as(why).isNotNull();
    return daemon();
  }

  /** For requests that the client has no words for. */
  public Path socket() {
    return socket;
  }

  public EngineClient client() {
    return client;
  }

  /** Containers with names that no other test has; they are removed at the end. */
  public Containers containers() {
    return new Containers(client, (name, body) -> create(name(name), body));
  }

  /** A directory that the engine and the test see by the same path. */
  public Path shared() {
    return shared;
  }

  /** A name that no other test has. */
  public String name(String of) {
    return of + "-" + id;
  }

  /** A request's body: busybox, without a network, asleep, unless the given says otherwise. */
  public Map<String, Object> body(Map<String, ?> given) {
    Map<String, Object> host = new LinkedHashMap<>(Map.of("NetworkMode", "none"));
    if (given.get("HostConfig") instanceof Map<?, ?> more) {
      more.forEach((name, value) -> host.put((String) name, value));
    }
    Map<String, Object> labels = new LinkedHashMap<>(Map.of(LABEL, id));
    if (given.get("Labels") instanceof Map<?, ?> more) {
      more.forEach((name, value) -> labels.put((String) name, value));
    }
    Map<String, Object> body = new LinkedHashMap<>();
    body.put("Image", "busybox");
    body.put("Cmd", List.of("sleep", "1000000"));
    body.putAll(given);
    body.put("HostConfig", host);
    body.put("Labels", labels);
    return body;
  }

  /** Asks for a container; it is removed at the end if there is one. */
  public Answer create(String name, Map<String, ?> given) throws IOException {
    return create("1.51", name, given);
  }

  /** The same by a version of the API. */
  public synchronized Answer create(String version, String name, Map<String, ?> given)
      throws IOException {
    Answer answer = client.post("/v" + version + "/containers/create?name=" + name, body(given));
    if (answer.ok()) {
      made.add(answer.json().get("Id").asString());
    }
    return answer;
  }

  /** Makes a container and starts it; returns its id. */
  public String run(String name, Map<String, ?> given) throws IOException {
    String container = create(name, given).expectOk().json().get("Id").asString();
    client.post("/containers/" + container + "/start").expectOk();
    return container;
  }

  public JsonNode inspect(String reference) throws IOException {
    return client.get("/v1.51/containers/" + reference + "/json").expectOk().json();
  }

  public void remove(String container) throws IOException {
    client.delete("/containers/" + container + "?force=1&v=1");
  }

  /** What a shell's command in a running container prints, without white space around it. */
  public String shell(String container, String command) throws IOException {
    Map<String, ?> config =
        Map.of(
            "AttachStdout", true, "AttachStderr", true, "Cmd", List.of("/bin/sh", "-c", command));
    String exec =
        client
            .post("/containers/" + container + "/exec", config)
            .expectOk()
            .json()
            .get("Id")
            .asString();
    Answer output = client.post("/exec/" + exec + "/start", Map.of("Detach", false, "Tty", false));
    return Containers.payload(output.expectOk().body()).strip();
  }

  /** Whether the host has version 2 of cgroups alone. */
  public static boolean unifiedCgroups() {
    return Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"));
  }

  /**
   * A file of a running container's cgroup.
   *
   * @param file {@code controller/file}; on version 2 the controller is left out
   */
  public String cgroup(String container, String file) throws IOException {
    int slash = file.indexOf('/');
    String controller = unifiedCgroups() ? "" : file.substring(0, slash);
    long pid = inspect(container).at("/State/Pid").asLong();
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/cgroup"))) {
      String[] parts = line.split(":", 3);
      if (List.of(parts[1].split(",")).contains(controller)) {
        return Files.readString(
                Path.of("/sys/fs/cgroup", controller, parts[2], file.substring(slash + 1)))
            .strip();
      }
    }
    throw new IOException("no cgroup for " + file);
  }

  /** Removes the containers made so far. */
  public synchronized void removeContainers() throws IOException {
    for (String container : made) {
      // one that waits for another's end, which is paused, is not removed before it
      client.post("/containers/" + container + "/unpause");
    }
    for (String container : made) {
      remove(container);
    }
    made.clear();
  }

  /** Removes the containers and the volumes that have a {@link #name} of this test. */
  public void removeVolumes() throws IOException {
    removeContainers();
    for (JsonNode volume : client.get("/volumes").expectOk().json().get("Volumes")) {
      String name = volume.get("Name").asString();
      if (name.contains("-" + id)) {
        client.delete("/volumes/" + name).expectOk();
      }
    }
  }

  @Override
  public void close() throws Exception {
    if (daemon != null) {
      daemon.close();
    } else {
      removeVolumes();
    }
    try (Stream<Path> files = Files.walk(shared)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
