package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.EngineClient.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** Row C19: files copied in and out. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC19CopyTest extends FileRows {

  private Path host;

  @BeforeEach
  void directory() throws IOException {
    host = Files.createTempDirectory(engine.shared(), "host");
  }

  private static String sampled(boolean running) throws IOException {
    String id = containers.create("sampled", "sleep", "600");
    copies.put(id, "/", Copies.sample()).expectOk();
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
    assertThat(message(copies.put(id, "/d/f", Copies.sample())))
        .isEqualTo("extraction point is not a directory");
    Answer kernel = copies.put(id, "/proc/sys", Copies.sample());
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
    Answer answer = copies.put(id, "/tmp", Copies.sample(), "&copyUIDGID=1");
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
            List.of(host + ":/b", host + ":/br:ro", engine.name("named") + ":/r:ro"),
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
      if (readOnlyRoot) {
        engine.own("dockerd takes a tmpfs for the root file system");
      }
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
    engine.own("dockerd has emptied it before it finds that out");
    assertThat(copies.content(id, "/b/v/kept")).isEqualTo("data");
    assertThat(host.resolve("kept")).hasContent("data");
  }
}
