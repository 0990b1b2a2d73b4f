package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.mount.MountInfo;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.RowEngine;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Row C16: images mounted into containers, over the lives of image, container and daemon. */
class ImageMountsTest {

  private static final String MARK = "of the image\n";

  private static RowEngine engine;
  private static EngineClient client;

  @BeforeAll
  static void start() throws Exception {
    engine = RowEngine.start();
    client = engine.client();
  }

  @AfterAll
  static void end() throws Exception {
    engine.close();
  }

  @AfterEach
  void removeImages() throws IOException {
    engine.removeContainers();
    client.delete("/images/" + name() + "?force=1");
  }

  private static String name() {
    return engine.name("mounted") + ":1";
  }

  /** An image with {@code /mark}, and nobody else's layers below it but busybox's. */
  private static String image() throws IOException {
    String container =
        engine.create(engine.name("source"), Map.of()).expectOk().json().get("Id").asString();
    client
        .send(
            "PUT",
            "/containers/" + container + "/archive?path=/",
            "application/x-tar",
            new Tars().file("mark", MARK).bytes())
        .expectOk();
    String[] name = name().split(":");
    Answer made =
        client
            .post("/commit?container=" + container + "&repo=" + name[0] + "&tag=" + name[1])
            .expectOk();
    engine.remove(container);
    return made.json().get("Id").asString();
  }

  private static Map<String, Object> mounting(String source, String target) {
    return Map.of(
        "HostConfig",
        Map.of("Mounts", List.of(Map.of("Type", "image", "Source", source, "Target", target))));
  }

  private static String encode(String filters) {
    return URLEncoder.encode(filters, StandardCharsets.UTF_8);
  }

  private static Answer removeImage(String name) throws IOException {
    return client.delete("/images/" + name);
  }

  @Test
  void nameIsInUse() throws IOException {
    String image = image();
    String container =
        engine
            .create(engine.name("c"), mounting(name(), "/i"))
            .expectOk()
            .json()
            .get("Id")
            .asString();
    Answer refused = removeImage(name());
    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.json().get("message").asString())
        .isEqualTo(
            "conflict: unable to remove repository reference \"%s\" (must force) - container %s is using its referenced image %s"
                .formatted(name(), container.substring(0, 12), image.substring(7, 19)));
    removeImage(name() + "?force=1").expectOk();
    assertThat(client.get("/images/" + name() + "/json").status()).isEqualTo(404);
    // its layers stay as long as the container
    for (int run = 0; run < 2; run++) {
      client.post("/containers/" + container + "/start").expectOk();
      assertThat(engine.shell(container, "cat /i/mark")).isEqualTo(MARK.strip());
      client.post("/containers/" + container + "/kill").expectOk();
      client.post("/containers/" + container + "/wait").expectOk();
    }
  }

  @Test
  void shownAsVolumesAre() throws IOException {
    image();
    String donor = engine.run(engine.name("donor"), mounting(name(), "/i"));
    JsonNode row =
        client
            .get("/containers/json?filters=" + encode("{\"volume\":[\"%s\"]}".formatted(name())))
            .expectOk()
            .json()
            .get(0);
    assertThat(row.get("Id").asString()).isEqualTo(donor);
    assertThat(row.at("/Mounts/0/Name").asString()).isEqualTo(name());
    assertThat(client.get("/containers/" + donor + "/changes").json().toString())
        .isEqualTo("[{\"Path\":\"/i\",\"Kind\":1}]");
    assertThat(archive("GET", donor, "/i/mark").expectOk().text()).contains(MARK);
    Answer written = archive("PUT", donor, "/i");
    assertThat(written.text()).contains("mounted volume is marked read-only");
    String heir =
        engine.run(
            engine.name("heir"), Map.of("HostConfig", Map.of("VolumesFrom", List.of(donor))));
    assertThat(engine.shell(heir, "cat /i/mark; touch /i/x 2>&1"))
        .isEqualTo(MARK + "touch: /i/x: Read-only file system");
    client.post("/containers/" + donor + "/kill").expectOk();
    client.post("/containers/" + donor + "/wait").expectOk();
    assertThat(archive("GET", donor, "/i/mark").expectOk().text()).contains(MARK);
    assertThat(archive("PUT", donor, "/i").text()).contains("mounted volume is marked read-only");
  }

  private static Answer archive(String method, String container, String path) throws IOException {
    String address = "/containers/" + container + "/archive?path=" + path;
    return method.equals("GET")
        ? client.get(address)
        : client.send(method, address, "application/x-tar", new Tars().file("x", "x").bytes());
  }

  @Test
  void ofMoreThanOneAndOfOneTwice() throws IOException {
    engine.own("dockerd 28.5 refuses to mount one image twice");
    image();
    Map<String, Object> first = Map.of("Type", "image", "Source", name(), "Target", "/i");
    Map<String, Object> second = Map.of("Type", "image", "Source", "busybox", "Target", "/j");
    Map<String, Object> again = Map.of("Type", "image", "Source", name(), "Target", "/i/tmp");
    String container =
        engine.run(
            engine.name("c"),
            Map.of("HostConfig", Map.of("Mounts", List.of(first, second, again))));
    assertThat(engine.shell(container, "ls -d /i/mark /j/etc /i/tmp/mark"))
        .isEqualTo("/i/mark\n/i/tmp/mark\n/j/etc");
  }

  /** Whoever may mount can make it writable, and then writes to his own copy of it. */
  @Test
  void imageIsNeverChanged() throws IOException {
    image();
    String container =
        engine.run(
            engine.name("c"),
            Map.of(
                "HostConfig",
                Map.of(
                    "Privileged",
                    true,
                    "Mounts",
                    List.of(Map.of("Type", "image", "Source", name(), "Target", "/i")))));
    String change = "mount -o remount,rw /i && echo changed >/i/mark; cat /i/mark";
    assertThat(engine.shell(container, change)).isEqualTo("changed");
    String other = engine.run(engine.name("other"), mounting(name(), "/i"));
    assertThat(engine.shell(other, "cat /i/mark")).isEqualTo(MARK.strip());
  }

  @Test
  void survivesTheDaemonAndLeavesNothing() throws Exception {
    TestDaemon daemon = engine.own("the reference is not ours to kill");
    image();
    String running = engine.run(engine.name("running"), mounting(name(), "/i"));
    String ended = engine.run(engine.name("ended"), mounting(name(), "/i"));
    int pid = engine.inspect(ended).at("/State/Pid").asInt();
    assertThat(mounts(daemon)).hasSize(2);
    daemon.kill();
    ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    daemon.start();
    assertThat(engine.shell(running, "cat /i/mark")).isEqualTo(MARK.strip());
    assertThat(mounts(daemon)).singleElement().asString().contains(running);
    assertThat(removeImage(name()).status()).isEqualTo(409);
    client.post("/images/prune?filters=" + encode("{\"dangling\":[\"false\"]}"));
    client.post("/containers/" + ended + "/start").expectOk();
    assertThat(engine.shell(ended, "cat /i/mark")).isEqualTo(MARK.strip());
    engine.removeContainers();
    assertThat(mounts(daemon)).isEmpty();
    Path places = daemon.execRoot().resolve("image-mounts");
    try (var left = Files.list(places)) {
      assertThat(left).isEmpty();
    }
    removeImage(name()).expectOk();
    try (var snapshots = Files.list(daemon.dataRoot().resolve("storage/overlay2/snapshots"))) {
      assertThat(snapshots).as("busybox is left").hasSize(1);
    }
  }

  private static List<String> mounts(TestDaemon daemon) {
    String places = daemon.execRoot().resolve("image-mounts") + "/";
    return MountInfo.list().stream()
        .map(MountInfo::mountPoint)
        .filter(point -> point.startsWith(places))
        .toList();
  }
}
