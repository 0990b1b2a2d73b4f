package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.linux.mount.MountInfo;
import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Row C19 of the guide, and {@code diff}, {@code export} and {@code commit} of row C1. The answers
 * are those of dockerd 28, asked with the same requests.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC19FilesTest {

  /** {@code cap_net_raw=ep}, as the kernel keeps it. */
  private static final String CAPABILITY = "\1\0\0\2\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

  /** Ends at once when it is told to. */
  private static final String[] OBEDIENT = {
    "sh", "-c", "trap 'exit 0' TERM; while :; do usleep 20000; done"
  };

  private static TestDaemon daemon;
  private static EngineClient client;
  private static Containers containers;
  private static Copies copies;

  @TempDir Path host;

  @BeforeAll
  static void start() throws Exception {
    daemon = new TestDaemon("--bridge", "none").start().withBusybox();
    client = daemon.client();
    containers = new Containers(client);
    copies = new Copies(client);
  }

  @AfterAll
  static void end() throws Exception {
    daemon.close();
  }

  @AfterEach
  void removeAll() throws IOException {
    for (JsonNode container : client.get("/containers/json?all=1").json()) {
      client.delete("/containers/" + container.get("Id").asString() + "?force=1&v=1").expectOk();
    }
    assertThat(MountInfo.list())
        .as("what is left mounted")
        .noneMatch(m -> Path.of(m.mountPoint()).startsWith(daemon.execRoot().resolve("rootfs/")));
  }

  private static byte[] sample() throws IOException {
    return new Tars()
        .directory("d", 0755)
        .file("d/f", "hello")
        .symbolicLink("d/l", "f")
        .symbolicLink("ld", "/d")
        .symbolicLink("broken", "/nope")
        .symbolicLink("loop", "/loop")
        .bytes();
  }

  private String sampled(boolean running) throws IOException {
    String id = containers.create("sampled", "sleep", "600");
    copies.put(id, "/", sample()).expectOk();
    if (running) {
      client.post("/containers/" + id + "/start").expectOk();
    }
    return id;
  }

  private static String message(Answer answer) {
    return answer.json().get("message").asString();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void pathsMeanWhatTheyMeanToDocker(boolean running) throws IOException {
    String id = sampled(running);
    String gone = "Could not find the file %s in container " + id;
    String file = "lstat %s: not a directory";
    String loop = "lstat %s: too many levels of symbolic links";
    Map<String, String> refused =
        new TreeMap<>(
            Map.of(
                "/nope",
                gone,
                "/nope/",
                gone,
                "/broken/",
                gone,
                "/proc/version",
                gone,
                "/d/f/",
                file,
                "/d/f/.",
                file,
                "/d/f/x",
                file,
                "/d/l/",
                file,
                "/loop/",
                loop));
    for (Map.Entry<String, String> path : refused.entrySet()) {
      Answer answer = copies.get(id, path.getKey());
      assertThat(message(answer)).isEqualTo(path.getValue().formatted(path.getKey()));
      assertThat(answer.status()).isEqualTo(path.getValue().equals(gone) ? 404 : 500);
      assertThat(copies.head(id, path.getKey()).status()).isEqualTo(answer.status());
    }
    Map<String, String> names =
        Map.of(
            "/d",
            "d d/f d/l",
            "/d/",
            "d d/f d/l",
            "/d/.",
            ". ./f ./l",
            "/d/l",
            "l",
            "/ld",
            "ld",
            "/ld/",
            "ld ld/f ld/l",
            "/ld/.",
            ". ./f ./l",
            "d/../d/f",
            "f",
            "/broken",
            "broken");
    for (Map.Entry<String, String> path : names.entrySet()) {
      Answer answer = copies.get(id, path.getKey()).expectOk();
      assertThat(Tars.read(answer.body()).keySet())
          .as(path.getKey())
          .containsExactly(path.getValue().split(" "));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/d,    d,      2147484141, ''",
    "/d/.,  .,      2147484141, ''",
    "/d/f,  f,      420,        ''",
    "/d/l,  l,      134218239,  /d/f",
    "/ld,   ld,     134218239,  /d",
    "/ld/,  ld,     2147484141, ''",
    "/broken,broken,134218239,  /nope",
    "/,     /,      2147484141, ''",
  })
  void theHeaderSaysWhatIsThere(String path, String name, long mode, String target)
      throws IOException {
    String id = sampled(false);
    for (Answer answer : List.of(copies.head(id, path), copies.get(id, path))) {
      JsonNode stat = Copies.stat(answer.expectOk());
      assertThat(stat.get("name").asString()).isEqualTo(name);
      assertThat(stat.get("mode").asLong()).isEqualTo(mode);
      assertThat(stat.get("linkTarget").asString()).isEqualTo(target);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void archivesStayInTheDirectoryTheyGoTo(boolean running) throws IOException {
    String id = sampled(running);
    byte[] through =
        new Tars().symbolicLink("out", "/etc").file("out/x", "1").file("up", "2").bytes();
    copies.put(id, "/ld", through).expectOk();
    assertThat(copies.content(id, "/d/etc/x")).isEqualTo("1");
    assertThat(copies.content(id, "/d/up")).isEqualTo("2");
    assertThat(copies.get(id, "/etc/x").status()).isEqualTo(404);
    assertThat(message(copies.put(id, "/d", new Tars().file("../x", "").bytes())))
        .startsWith("invalid entry name \"../x\"");
    copies.put(id, "/d", new Tars().directory(".", 0700).bytes()).expectOk();
    assertThat(Copies.stat(copies.head(id, "/d")).get("mode").asLong()).isEqualTo(2147484141L);
    assertThat(message(copies.put(id, "/d/f", sample())))
        .isEqualTo("extraction point is not a directory");
    Answer kernel = copies.put(id, "/proc/sys", sample());
    assertThat(kernel.status()).isEqualTo(404);
  }

  @Test
  void directoriesAndOtherThingsKeepTheirPlaces() throws IOException {
    String id = sampled(false);
    byte[] fileOverDirectory = new Tars().file("d", "x").bytes();
    byte[] directoryOverLink = new Tars().directory("ld", 0755).bytes();
    Answer first = copies.put(id, "/", fileOverDirectory, "&noOverwriteDirNonDir=1");
    assertThat(first.status()).isEqualTo(500);
    assertThat(message(first))
        .isEqualTo("cannot overwrite directory \"d\" with non-directory \"/\"");
    assertThat(message(copies.put(id, "/", directoryOverLink, "&noOverwriteDirNonDir=1")))
        .isEqualTo("cannot overwrite non-directory \"ld\" with directory \"/\"");
    copies.put(id, "/", fileOverDirectory).expectOk();
    copies.put(id, "/", directoryOverLink).expectOk();
    assertThat(Tars.read(copies.get(id, "/ld").body()).get("ld").header().isDirectory()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"nobody,65534,65534", "12:13,12,13", "12,12,0", "'',44,45"})
  void filesBelongToTheContainersUserWhenWished(String user, int uid, int gid) throws IOException {
    String id = containers.create("owned", Map.of("User", user), Map.of(), "true");
    byte[] tar =
        new Tars()
            .file(
                "f",
                "",
                entry -> {
                  entry.setUserId(44);
                  entry.setGroupId(45);
                })
            .bytes();
    copies.put(id, "/tmp", tar, "&copyUIDGID=1").expectOk();
    var entry = Tars.read(copies.get(id, "/tmp/f").body()).get("f").header();
    assertThat(entry.getLongUserId()).isEqualTo(uid);
    assertThat(entry.getLongGroupId()).isEqualTo(gid);
  }

  @Test
  void aUserWhoDoesNotExistOwnsNothing() throws IOException {
    String id = containers.create("owned", Map.of("User", "ghost"), Map.of(), "true");
    Answer answer = copies.put(id, "/tmp", sample(), "&copyUIDGID=1");
    assertThat(answer.status()).isEqualTo(400);
    assertThat(message(answer))
        .isEqualTo(
            "failed to look up user \"ghost\" in container: no matching entries in passwd file");
  }

  @ParameterizedTest
  @CsvSource({"false,false", "false,true", "true,false", "true,true"})
  void whatIsReadOnlyIsRefused(boolean running, boolean readOnlyRoot) throws IOException {
    Map<String, ?> mounts =
        Map.of(
            "ReadonlyRootfs",
            readOnlyRoot,
            "Binds",
            List.of(host + ":/b", host + ":/br:ro", "named:/r:ro"),
            "Tmpfs",
            Map.of("/t", ""));
    Map<String, ?> config = Map.of("Volumes", Map.of("/v", Map.of()));
    String id = containers.create("ro", config, mounts, "sleep", "600");
    if (running) {
      client.post("/containers/" + id + "/start").expectOk();
    }
    byte[] tar = new Tars().file("n", "new").bytes();
    for (String place : List.of("/r", "/br", "/br/.")) {
      Answer answer = copies.put(id, place, tar);
      assertThat(answer.status()).as(place).isEqualTo(400);
      assertThat(message(answer)).isEqualTo("mounted volume is marked read-only");
    }
    Answer root = copies.put(id, "/etc", tar);
    if (readOnlyRoot) {
      assertThat(root.status()).isEqualTo(400);
      assertThat(message(root)).isEqualTo("container rootfs is marked read-only");
    } else {
      root.expectOk();
    }
    for (String place : List.of("/v", "/b")) {
      copies.put(id, place, tar).expectOk();
      assertThat(copies.content(id, place + "/n")).isEqualTo("new");
    }
    assertThat(host.resolve("n")).hasContent("new");
    assertThat(copies.content(id, "/br/n")).isEqualTo("new");
    if (running) {
      copies.put(id, "/t", tar).expectOk();
      assertThat(copies.content(id, "/t/n")).isEqualTo("new");
    }
  }

  @Test
  void whatIsMountedIsNotReplaced() throws IOException {
    Files.writeString(host.resolve("kept"), "data");
    Map<String, ?> bind = Map.of("Binds", List.of(host + ":/b/v"));
    String id = containers.run("mounted", Map.of(), bind, "sleep", "600");
    for (byte[] tar :
        List.of(
            new Tars().file("b/v", "x").bytes(),
            new Tars().file("b", "x").bytes(),
            new Tars().file("etc/hosts", "x").bytes())) {
      Answer answer = copies.put(id, "/", tar);
      assertThat(answer.status()).isEqualTo(500);
      assertThat(message(answer)).contains("device or resource busy");
    }
    assertThat(copies.content(id, "/b/v/kept")).isEqualTo("data");
    assertThat(host.resolve("kept")).hasContent("data");
  }

  @Test
  void changesAreDockers() throws IOException, InterruptedException {
    Map<String, ?> bind = Map.of("Binds", List.of(host + ":/mnt/deep/v"));
    String script =
        "rm /bin/yes; mkdir /n; echo a >/n/a; touch /etc/passwd; chmod 600 /etc/group;"
            + " rm -rf /var; mkdir -m 700 /var; ln -s x /tmp/l";
    String id = containers.run("changed", Map.of(), bind, "sh", "-c", script);
    containers.awaitStatus(id, "exited");
    JsonNode changes = client.get("/containers/" + id + "/changes").expectOk().json();
    List<String> told =
        changes
            .valueStream()
            .map(c -> "CAD".charAt(c.get("Kind").asInt()) + " " + c.get("Path").asString())
            .toList();
    assertThat(told)
        .containsExactly(
            "C /bin",
            "D /bin/yes",
            "C /etc",
            "C /etc/group",
            "C /etc/passwd",
            "A /mnt",
            "A /mnt/deep",
            "A /mnt/deep/v",
            "A /n",
            "A /n/a",
            "C /tmp",
            "A /tmp/l",
            "C /var");
  }

  private static byte[] special() throws IOException {
    return new Tars()
        .directory("s", 0751)
        .file("s/one", "content", entry -> entry.setMode(0644))
        .hardLink("s/two", "s/one")
        .file(
            "s/able",
            "#!",
            entry -> {
              entry.setMode(0755);
              entry.setUserId(7);
              entry.addPaxHeader("SCHILY.xattr.security.capability", CAPABILITY);
              entry.addPaxHeader("SCHILY.xattr.user.note", "kept");
            })
        .file("s/setuid", "", entry -> entry.setMode(04755))
        .symbolicLink("s/link", "one")
        .bytes();
  }

  private static void assertSpecial(Map<String, Tars.Entry> files, String prefix) {
    Tars.Entry one = files.get(prefix + "one");
    Tars.Entry two = files.get(prefix + "two");
    assertThat(one.content()).isEqualTo("content");
    assertThat(two.header().isLink()).as("hard link").isTrue();
    assertThat(two.header().getLinkName()).isEqualTo(prefix + "one");
    var able = files.get(prefix + "able").header();
    assertThat(able.getLongUserId()).isEqualTo(7);
    assertThat(able.getExtraPaxHeader("SCHILY.xattr.security.capability")).isEqualTo(CAPABILITY);
    assertThat(able.getExtraPaxHeader("SCHILY.xattr.user.note")).isEqualTo("kept");
    assertThat(files.get(prefix + "setuid").header().getMode() & 07777).isEqualTo(04755);
    assertThat(files.get(prefix + "link").header().getLinkName()).isEqualTo("one");
    assertThat(one.header().getModTime().getTime()).isEqualTo(1_700_000_000_000L);
  }

  @Test
  void everythingSurvivesExportImportAndRun() throws IOException, InterruptedException {
    String id = containers.create("exported", "true");
    copies.put(id, "/", special()).expectOk();
    assertSpecial(Tars.read(copies.get(id, "/s").expectOk().body()), "s/");
    byte[] exported = client.get("/containers/" + id + "/export").expectOk().body();
    assertSpecial(Tars.read(exported), "s/");
    client
        .send("POST", "/images/create?fromSrc=-&repo=imported&tag=1", "application/x-tar", exported)
        .expectOk();
    String run =
        containers.run(
            "imported",
            Map.of("Image", "imported:1"),
            Map.of(),
            "sh",
            "-c",
            "cat /s/link; test /s/one -ef /s/two && stat -c %h /s/one");
    containers.awaitStatus(run, "exited");
    assertThat(containers.log(run)).isEqualTo("content2\n");
    assertSpecial(Tars.read(client.get("/containers/" + run + "/export").expectOk().body()), "s/");
    client.delete("/containers/" + run + "?force=1").expectOk();
    client.delete("/images/imported:1").expectOk();
  }

  @Test
  void aCommitIsExact() throws IOException, InterruptedException {
    String id =
        containers.run(
            "committed",
            "sh",
            "-c",
            "rm /bin/yes; rm -rf /etc; mkdir /etc; echo root:x:0:0::/:/bin/sh >/etc/passwd");
    containers.awaitStatus(id, "exited");
    copies.put(id, "/", special()).expectOk();
    String image =
        client
            .post(
                "/commit?container="
                    + id
                    + "&repo=committed&tag=1&author=me&comment=why"
                    + "&changes="
                    + URLEncoder.encode("ENV A=bc", StandardCharsets.UTF_8)
                    + "&changes="
                    + URLEncoder.encode("CMD [\"ls\", \"/etc\"]", StandardCharsets.UTF_8))
            .expectOk()
            .json()
            .get("Id")
            .asString();
    JsonNode inspect = client.get("/images/" + image + "/json").expectOk().json();
    assertThat(inspect.get("Author").asString()).isEqualTo("me");
    assertThat(inspect.get("Comment").asString()).isEqualTo("why");
    assertThat(inspect.at("/Config/Env").toString()).contains("A=bc");
    assertThat(inspect.at("/RootFS/Layers").size()).isEqualTo(2);
    String run =
        client
            .post("/containers/create", Map.of("Image", "committed:1"))
            .expectOk()
            .json()
            .get("Id")
            .asString();
    Map<String, Tars.Entry> files =
        Tars.read(client.get("/containers/" + run + "/export").expectOk().body());
    assertSpecial(files, "s/");
    assertThat(files)
        .containsKeys("etc/passwd", "bin/sh")
        .doesNotContainKeys("bin/yes", "etc/group", "bin/.wh.yes");
    client.post("/containers/" + run + "/start").expectOk();
    containers.awaitStatus(run, "exited");
    assertThat(containers.log(run)).contains("passwd").doesNotContain("group");
    client.delete("/containers/" + run + "?force=1").expectOk();
    client.delete("/images/committed:1").expectOk();
  }

  /** Better than Docker, where all wait for a copy. */
  @Test
  void whoDoesNotReadHisCopyHoldsUpNothingButTheRemoval() throws Exception {
    String id = containers.create("copied", OBEDIENT);
    String big = "x".repeat(24 << 20);
    copies.put(id, "/tmp", new Tars().file("big", big).bytes()).expectOk();
    CompletableFuture<Answer> removal;
    try (EngineClient.Stream export =
        client.open("GET", "/containers/" + id + "/export", null, null)) {
      assertThat(export.status()).isEqualTo(200);
      long begin = System.nanoTime();
      client.post("/containers/" + id + "/rename?name=renamed").expectOk();
      client.post("/containers/" + id + "/start").expectOk();
      copies.put(id, "/tmp", sample()).expectOk();
      client.post("/containers/" + id + "/restart").expectOk();
      client.post("/containers/" + id + "/stop").expectOk();
      assertThat(copies.content(id, "/tmp/d/f")).isEqualTo("hello");
      assertThat(System.nanoTime() - begin).isLessThan(TimeUnit.SECONDS.toNanos(30));
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
    String id = containers.run("stopped", OBEDIENT);
    copies.put(id, "/tmp", new Tars().file("big", "x".repeat(32 << 20)).bytes()).expectOk();
    CompletableFuture<Answer> commit =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return client.post("/commit?container=" + id + "&repo=long&tag=1");
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
    client.delete("/images/long:1").expectOk();
  }

  /** Clients of before API 1.44 send an empty configuration with every commit. */
  @Test
  void configurationOfACommitLiesOverTheContainers() throws Exception {
    String id = containers.create("merged", Map.of("Env", List.of("X=1")), Map.of(), "cat", "/c");
    client
        .post("/commit?container=" + id + "&repo=merged&tag=1", Map.of("Env", List.of("Y=2")))
        .expectOk();
    JsonNode config = client.get("/images/merged:1/json").expectOk().json().get("Config");
    client.delete("/images/merged:1").expectOk();
    assertThat(config.get("Env").toString()).contains("Y=2", "X=1");
    assertThat(config.get("Cmd").toString()).isEqualTo("[\"cat\",\"/c\"]");
  }

  /** What a commit froze goes on after the daemon has been killed; what a user paused does not. */
  @Test
  void aKilledDaemonLeavesNothingFrozen() throws Exception {
    String paused = containers.run("paused", OBEDIENT);
    client.post("/containers/" + paused + "/pause").expectOk();
    String id = containers.run("frozen", OBEDIENT);
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
    assertThat(containers.inspect(id).at("/State/ExitCode").asInt()).isZero();
    assertThat(copies.content(copied, "/tmp/big")).hasSize(24 << 20);
  }
}
