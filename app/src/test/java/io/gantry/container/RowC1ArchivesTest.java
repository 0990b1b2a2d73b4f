package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** Row C1: {@code diff}, {@code export}, {@code import} and {@code commit} are exact. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RowC1ArchivesTest extends FileRows {

  /** {@code cap_net_raw=ep}, as the kernel keeps it. */
  private static final String CAPABILITY = "\1\0\0\2\0\40\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

  @Test
  void changesAreDockers() throws IOException, InterruptedException {
    Map<String, ?> bind = Map.of("Binds", List.of(engine.shared() + ":/mnt/deep/v"));
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
        .containsExactlyInAnyOrder(
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
    engine.own("dockerd tells them as the directories have them");
    assertThat(told).isSortedAccordingTo(Comparator.comparing(change -> change.substring(2)));
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
    if (!engine.isReference()) {
      // of all extended attributes dockerd archives this one only
      assertThat(able.getExtraPaxHeader("SCHILY.xattr.user.note")).isEqualTo("kept");
    }
    assertThat(files.get(prefix + "setuid").header().getMode() & 07777).isEqualTo(04755);
    assertThat(files.get(prefix + "link").header().getLinkName()).isEqualTo("one");
    assertThat(one.header().getModTime().getTime()).isEqualTo(1_700_000_000_000L);
  }

  @Test
  void everythingSurvivesExportImportAndRun() throws IOException, InterruptedException {
    String imported = engine.name("imported");
    String id = containers.create("exported", "true");
    copies.put(id, "/", special()).expectOk();
    assertSpecial(Tars.read(copies.get(id, "/s").expectOk().body()), "s/");
    byte[] exported = client.get("/containers/" + id + "/export").expectOk().body();
    assertSpecial(Tars.read(exported), "s/");
    client
        .send(
            "POST",
            "/images/create?fromSrc=-&repo=" + imported + "&tag=1",
            "application/x-tar",
            exported)
        .expectOk();
    String run =
        containers.run(
            "imported",
            Map.of("Image", imported + ":1"),
            Map.of(),
            "sh",
            "-c",
            "cat /s/link; test /s/one -ef /s/two && stat -c %h /s/one");
    containers.awaitStatus(run, "exited");
    assertThat(containers.log(run)).isEqualTo("content2\n");
    assertSpecial(Tars.read(client.get("/containers/" + run + "/export").expectOk().body()), "s/");
    client.delete("/containers/" + run + "?force=1").expectOk();
    client.delete("/images/" + imported + ":1").expectOk();
  }

  @Test
  void aCommitIsExact() throws IOException, InterruptedException {
    String committed = engine.name("committed");
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
                    + "&repo="
                    + committed
                    + "&tag=1&author=me&comment=why"
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
        engine
            .create(engine.name("run"), Map.of("Image", committed + ":1", "Cmd", List.of()))
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
    client.delete("/images/" + committed + ":1").expectOk();
  }

  /** Clients of before API 1.44 send an empty configuration with every commit. */
  @Test
  void configurationOfACommitLiesOverTheContainers() throws Exception {
    String merged = engine.name("merged");
    String id = containers.create("merged", Map.of("Env", List.of("X=1")), Map.of(), "cat", "/c");
    client
        .post(
            "/commit?container=" + id + "&repo=" + merged + "&tag=1", Map.of("Env", List.of("Y=2")))
        .expectOk();
    JsonNode config = client.get("/images/" + merged + ":1/json").expectOk().json().get("Config");
    client.delete("/images/" + merged + ":1").expectOk();
    assertThat(config.get("Env").toString()).contains("Y=2", "X=1");
    assertThat(config.get("Cmd").toString()).isEqualTo("[\"cat\",\"/c\"]");
  }
}
