package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.gantry.linux.mount.MountInfo;
import io.gantry.testing.EngineClient;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * openEuler's own options of containers, each row of the guide in a class named after it. Hooks are
 * in {@code RowC8HooksTest}, the end of the unhealthy in {@code RowC12HealthTest}.
 */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init")
class OpenEulerRowsTest {

  private static final AtomicInteger NUMBER = new AtomicInteger();

  private TestDaemon daemon;
  private EngineClient client;

  @BeforeAll
  void start() throws Exception {
    daemon = new TestDaemon("--bridge", "none");
    daemon.start().withBusybox();
    client = daemon.client();
  }

  @AfterAll
  void close() throws Exception {
    daemon.close();
  }

  private EngineClient.Answer create(String name, String script, String config, String host)
      throws IOException {
    String json =
        "{'Image':'busybox','Cmd':['sh','-c','%s'],'StopTimeout':1%s,'HostConfig':{%s}}"
            .formatted(script, config, host);
    return client.post("/containers/create?name=" + name, json.replace('\'', '"'));
  }

  private static String name() {
    return "row-" + NUMBER.incrementAndGet();
  }

  private String run(String script, String config, String host) throws IOException {
    String name = name();
    create(name, script, config, host).expectOk();
    client.post("/containers/" + name + "/start").expectOk();
    return name;
  }

  private JsonNode inspect(String name) throws IOException {
    return client.get("/containers/" + name + "/json").json();
  }

  private String output(String name) throws IOException {
    client.post("/containers/" + name + "/wait").expectOk();
    return client.get("/containers/" + name + "/logs?stdout=1&stderr=1").text();
  }

  private int exec(String name, String script) throws IOException {
    String body = "{\"Cmd\":[\"sh\",\"-c\",\"" + script + "\"],\"AttachStdout\":true}";
    String id = client.post("/containers/" + name + "/exec", body).json().path("Id").asString();
    client.post("/exec/" + id + "/start", "{\"Detach\":false}").expectOk();
    return client.get("/exec/" + id + "/json").json().path("ExitCode").asInt();
  }

  private void remove(String name) throws IOException {
    client.delete("/containers/" + name + "?force=1&v=1").expectOk();
  }

  private static String message(EngineClient.Answer answer) {
    return answer.json().path("message").asString();
  }

  @Nested
  class RowA6Umask {

    @ParameterizedTest
    @CsvSource({
      "crun,secure,0027,'',''",
      "runc,secure,0027,'',''",
      "crun,normal,0022,'','native.umask'",
      "runc,normal,0022,'native.umask',''",
      "crun,secure,0027,'native.umask',''",
      "runc,secure,0027,'','native.umask'",
    })
    void ofInitAndExec(String runtime, String kind, String umask, String config, String host)
        throws Exception {
      String entry = "'Annotations':{'%s':'" + kind + "'}";
      String name =
          run(
              "umask; sleep 100",
              config.isEmpty() ? "" : "," + entry.formatted(config),
              "'Runtime':'" + runtime + "'" + (host.isEmpty() ? "" : "," + entry.formatted(host)));
      assertThat(exec(name, "test $(umask) = " + umask)).isZero();
      assertThat(exec(name, "touch /made; test $(stat -c %a /made) = " + made(umask))).isZero();
      client.post("/containers/" + name + "/kill").expectOk();
      assertThat(output(name)).contains(umask);
      assertThat(inspect(name).at("/Config/Annotations").path("native.umask").asString())
          .isEqualTo(kind);
      remove(name);
    }

    private static String made(String umask) {
      return Integer.toOctalString(0666 & ~Integer.parseInt(umask, 8));
    }

    /** The host's configuration goes before the container's, also in what inspect shows. */
    @Test
    void theOneInForceIsShown() throws Exception {
      String entry = "'Annotations':{'native.umask':'%s'}";
      String name = run("sleep 100", "," + entry.formatted("normal"), entry.formatted("secure"));
      assertThat(exec(name, "test $(umask) = 0027")).isZero();
      assertThat(inspect(name).at("/Config/Annotations").path("native.umask").asString())
          .isEqualTo("secure");
      remove(name);
    }

    @Test
    void nothingElse() throws Exception {
      for (String value : new String[] {"", "0022", "Secure"}) {
        String entry = "'Annotations':{'native.umask':'" + value + "'}";
        for (EngineClient.Answer refused :
            new EngineClient.Answer[] {
              create(name(), "true", "," + entry, ""), create(name(), "true", "", entry)
            }) {
          assertThat(refused.status()).isEqualTo(400);
          assertThat(message(refused)).isEqualTo("native.umask option " + value + " not supported");
        }
      }
    }
  }

  @Nested
  class RowC10HostChannel {

    @TempDir private Path scratch;

    private String channel(Path place, String permissions, long size) {
      return "'HostChannel':{'PathOnHost':'%s','PathInContainer':'/channel','Permissions':'%s','Size':%d}"
          .formatted(place, permissions, size);
    }

    @Test
    void isSharedLimitedAndGoesWithTheContainer() throws Exception {
      Path place = scratch.resolve("channel");
      String name = run("echo in > /channel/a; sleep 100", "", channel(place, "rw", 1 << 20));
      assertThat(exec(name, "until [ -s /channel/a ]; do sleep 0.1; done")).isZero();
      assertThat(place.resolve("a")).hasContent("in\n");
      Files.writeString(place.resolve("b"), "out");
      assertThat(exec(name, "grep -q out /channel/b")).isZero();
      assertThat(exec(name, "! dd if=/dev/zero of=/channel/big bs=1M count=2 2>/dev/null"))
          .isZero();
      assertThat(Files.getFileStore(place).getTotalSpace()).isEqualTo(1 << 20);
      assertThat(Files.getPosixFilePermissions(place)).hasSize(9);
      MountInfo mount =
          MountInfo.list().stream()
              .filter(m -> Path.of(m.mountPoint()).equals(place))
              .findFirst()
              .orElseThrow();
      assertThat(mount.options()).contains("nosuid", "nodev", "noexec");
      assertThat(inspect(name).at("/HostConfig/HostChannel/PathOnHost").asString())
          .isEqualTo(place.toString());
      client.post("/containers/" + name + "/kill").expectOk();
      assertThat(place.resolve("b")).exists();
      client.post("/containers/" + name + "/start").expectOk();
      assertThat(exec(name, "grep -q out /channel/b")).isZero();
      remove(name);
      assertThat(place).doesNotExist();
    }

    @Test
    void readOnlyIsForTheContainer() throws Exception {
      Path place = scratch.resolve("channel");
      String name = run("sleep 100", "", channel(place, "ro", 0));
      Files.writeString(place.resolve("b"), "out");
      assertThat(exec(name, "grep -q out /channel/b")).isZero();
      assertThat(exec(name, "! touch /channel/x 2>/dev/null")).isZero();
      assertThat(Files.getFileStore(place).getTotalSpace()).isEqualTo(64 << 20);
      remove(name);
    }

    @Test
    void isNobodyElses() throws Exception {
      Path place = scratch.resolve("channel");
      String second = name();
      create(second, "sleep 100", "", channel(place, "rw", 0)).expectOk();
      String first = run("sleep 100", "", channel(place, "rw", 0));
      EngineClient.Answer refused = client.post("/containers/" + second + "/start");
      assertThat(message(refused)).isEqualTo("Host path '" + place + "' already exists");
      remove(second);
      Files.writeString(place.resolve("still"), "here");
      assertThat(exec(first, "grep -q here /channel/still")).isZero();
      remove(first);
      EngineClient.Answer there = create(name(), "true", "", channel(scratch, "rw", 0));
      assertThat(there.status()).isEqualTo(400);
      assertThat(message(there)).isEqualTo("Host path '" + scratch + "' already exists");
      assertThat(message(create(name(), "true", "", channel(place, "x", 0))))
          .isEqualTo("Invalid mount mode for host channel: x");
    }

    @Test
    void behindALinkIsMountedOnce() throws Exception {
      Path real = Files.createDirectory(scratch.resolve("real"));
      Path link = Files.createSymbolicLink(scratch.resolve("link"), real);
      Path place = real.resolve("channel");
      String name = run("sleep 100", "", channel(link.resolve("channel"), "rw", 0));
      for (int i = 0; i < 2; i++) {
        client.post("/containers/" + name + "/kill").expectOk();
        client.post("/containers/" + name + "/start").expectOk();
      }
      assertThat(exec(name, "echo here > /channel/f")).isZero();
      assertThat(place.resolve("f")).hasContent("here\n");
      assertThat(MountInfo.list())
          .filteredOn(m -> Path.of(m.mountPoint()).equals(place))
          .hasSize(1);
      remove(name);
      assertThat(place).doesNotExist();
    }

    @Test
    void takesNobodysPlaceInTheContainer() throws Exception {
      String shared = channel(scratch.resolve("channel"), "rw", 0);
      for (String other : new String[] {"'Binds':['/tmp:/channel']", "'Tmpfs':{'/channel':''}"}) {
        EngineClient.Answer refused = create(name(), "true", "", shared + "," + other);
        assertThat(refused.status()).isEqualTo(400);
        assertThat(message(refused)).isEqualTo("Duplicate mount point: /channel");
      }
      String name = run("sleep 100", ",'Volumes':{'/channel':{}}", shared);
      assertThat(inspect(name).path("Mounts")).isEmpty();
      remove(name);
    }

    @Test
    void aStartThatFailsLeavesNothing() throws Exception {
      Path place = scratch.resolve("channel");
      String name = name();
      create(name, "true", ",'User':'nosuch'", channel(place, "rw", 0)).expectOk();
      assertThat(client.post("/containers/" + name + "/start").ok()).isFalse();
      assertThat(place).doesNotExist();
      remove(name);
    }
  }

  @Nested
  class RowC11Annotations {

    @Test
    void bothPlacesReachTheRuntimeAndInspect() throws Exception {
      String name =
          run(
              "sleep 100",
              ",'Annotations':{'a.config':'1','both':'config'}",
              "'Annotations':{'b.host':'2','both':'host'}");
      JsonNode inspect = inspect(name);
      assertThat(inspect.at("/Config/Annotations").toString())
          .isEqualTo("{\"a.config\":\"1\",\"both\":\"config\",\"native.umask\":\"secure\"}");
      assertThat(inspect.at("/HostConfig/Annotations").toString())
          .isEqualTo("{\"b.host\":\"2\",\"both\":\"host\"}");
      String id = inspect.path("Id").asString();
      try (Stream<Path> files = Files.walk(daemon.execRoot(), 6)) {
        Optional<Path> spec =
            files.filter(file -> file.endsWith(Path.of(id, "config.json"))).findFirst();
        assertThat(Files.readString(spec.orElseThrow()))
            .contains("\"a.config\":\"1\"", "\"b.host\":\"2\"", "\"both\":\"host\"");
      }
      remove(name);
      assertThat(message(create(name(), "true", "", "'Annotations':{'':'x'}")))
          .contains("the empty string is not permitted as an annotation key");
    }
  }

  @Nested
  class RowC15FilesLimitAndHugetlbs {

    @Test
    void whatTheKernelHasNotIsWarnedAbout() throws Exception {
      JsonNode files =
          create(name(), "true", "", "'FilesLimit':100,'Memory':67108864").expectOk().json();
      assertThat(files.path("Warnings").toString())
          .contains(
              "Your kernel does not support files limit capabilities, files limit discarded.");
      assumeThat(Path.of("/sys/fs/cgroup/hugetlb")).doesNotExist();
      assumeThat(Path.of("/sys/fs/cgroup/cgroup.controllers")).doesNotExist();
      JsonNode pages =
          create(name(), "true", "", "'Hugetlbs':[{'PageSize':'2MB','Limit':4194304}]")
              .expectOk()
              .json();
      assertThat(pages.path("Warnings").toString())
          .contains("Your kernel does not support hugetlb limit");
    }
  }

  @Nested
  class RowC20InspectTimeout {

    @Test
    void isTakenAndNeverNeeded() throws Exception {
      String name = run("sleep 100", "", "");
      for (String time : new String[] {"120", "0", "-1", ""}) {
        assertThat(client.get("/v1.39/containers/" + name + "/json?t=" + time).status())
            .isEqualTo(200);
      }
      remove(name);
    }
  }

  @Nested
  class RowC24Accelerators {

    @Test
    void areRefusedByNameAndNothingIsChanged() throws Exception {
      assumeThat(Path.of("/sys/class/accel/accel0")).doesNotExist();
      String name = run("sleep 100", "", "");
      EngineClient.Answer refused =
          client.post(
              "/containers/" + name + "/update", "{\"Accel\":[\"accel0\"],\"CpuShares\":512}");
      assertThat(refused.status()).isEqualTo(400);
      assertThat(message(refused)).startsWith("accelerator \"accel0\" not found: ");
      assertThat(inspect(name).at("/HostConfig/CpuShares").asInt()).isZero();
      client.post("/containers/" + name + "/update", "{\"Accel\":[],\"CpuShares\":512}").expectOk();
      assertThat(client.post("/containers/nobody/update", "{\"Accel\":[\"accel0\"]}").status())
          .isEqualTo(404);
      remove(name);
    }
  }
}
