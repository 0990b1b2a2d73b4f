package io.gantry.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.HealthCheck;
import io.gantry.testing.TestDaemon;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.Container.ExecResult;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.output.OutputFrame.OutputType;
import org.testcontainers.containers.output.WaitingConsumer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.images.builder.Transferable;
import org.testcontainers.utility.MountableFile;

/**
 * Testcontainers as its users know it, unchanged, with containers of the engine. Ryuk, which it
 * would pull from the Internet, is turned off by the environment of the test run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TestcontainersTest {

  private static final String IMAGE = "busybox:latest";

  private @Nullable TestDaemon daemon;
  private @Nullable Network network;

  @BeforeAll
  void start() throws Exception {
    // without a default bridge, which engines on one host would share
    TestDaemon started = new TestDaemon("--bridge", "none");
    daemon = started;
    started.start().withBusybox();
    TestDaemonStrategy.use(started.socket());
    network = Network.newNetwork();
  }

  @AfterAll
  void stop() throws Exception {
    TestDaemonStrategy.use(null);
    if (daemon != null) {
      daemon.close();
    }
  }

  private GenericContainer<?> container(String... command) {
    return new GenericContainer<>(IMAGE)
        .withNetwork(Objects.requireNonNull(network))
        .withStartupTimeout(Duration.ofSeconds(20))
        .withCommand(command);
  }

  private GenericContainer<?> webServer() {
    return container("sh", "-c", "echo serving; echo and failing >&2; exec httpd -f -p 80 -h /www")
        .withExposedPorts(80)
        .withCopyToContainer(Transferable.of("a page"), "/www/index.html")
        .waitingFor(Wait.forHttp("/").forStatusCode(200));
  }

  @Test
  void aPublishedPortAnswersOnceTheContainerIsReady() throws Exception {
    try (GenericContainer<?> web = webServer();
        HttpClient http = HttpClient.newHttpClient()) {
      web.start();
      URI page = URI.create("http://%s:%d/".formatted(web.getHost(), web.getMappedPort(80)));
      HttpResponse<String> answer =
          http.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.body()).isEqualTo("a page");
      assertThat(web.isRunning()).isTrue();
      assertThat(web.getContainerInfo().getNetworkSettings().getNetworks()).hasSize(1);
    }
  }

  @Test
  void aCommandRunsInsideWithItsStreamsApart() throws Exception {
    try (GenericContainer<?> sleeper = container("sleep", "1000").withEnv("COLOUR", "green")) {
      sleeper.start();
      ExecResult result =
          sleeper.execInContainer("sh", "-c", "echo $COLOUR; echo wrong >&2; exit 7");
      assertThat(result.getStdout()).isEqualTo("green\n");
      assertThat(result.getStderr()).isEqualTo("wrong\n");
      assertThat(result.getExitCode()).isEqualTo(7);
    }
  }

  @Test
  void filesGoInAndOut(@TempDir Path directory) throws Exception {
    byte[] content = new byte[300_000];
    for (int i = 0; i < content.length; i++) {
      content[i] = (byte) (i * 31 >> 3);
    }
    Path source = Files.write(directory.resolve("source"), content);
    try (GenericContainer<?> sleeper = container("sleep", "1000")) {
      sleeper.start();
      sleeper.copyFileToContainer(MountableFile.forHostPath(source, 0640), "/srv/deep/copy");
      assertThat(sleeper.execInContainer("stat", "-c", "%a %s", "/srv/deep/copy").getStdout())
          .isEqualTo("640 300000\n");
      Path target = directory.resolve("target");
      sleeper.copyFileFromContainer("/srv/deep/copy", target.toString());
      assertThat(target).hasBinaryContent(content);
    }
  }

  @Test
  void logsAreReadAtOnceAndFollowed() throws Exception {
    try (GenericContainer<?> web = webServer()) {
      web.start();
      assertThat(web.getLogs(OutputType.STDOUT)).isEqualTo("serving\n");
      assertThat(web.getLogs(OutputType.STDERR)).isEqualTo("and failing\n");
      WaitingConsumer follower = new WaitingConsumer();
      web.followOutput(follower, OutputType.STDOUT);
      follower.waitUntil(frame -> frame.getUtf8String().contains("serving"));
    }
  }

  @Test
  void containersOfANetworkFindEachOtherByAlias() throws Exception {
    try (GenericContainer<?> web = webServer().withNetworkAliases("pages");
        GenericContainer<?> client =
            container("wget", "-qO-", "http://pages/")
                .withStartupCheckStrategy(new OneShotStartupCheckStrategy())
                .dependsOn(web)) {
      client.start();
      assertThat(client.getLogs()).isEqualTo("a page");
    }
  }

  @Test
  void readinessIsToldByALineOfOutputOrByTheHealthCheck() {
    try (GenericContainer<?> talking =
            container("sh", "-c", "usleep 200000; echo now it goes; exec sleep 1000")
                .waitingFor(Wait.forLogMessage(".*now it goes.*", 1));
        GenericContainer<?> healthy =
            container("sh", "-c", "usleep 200000; touch /ready; exec sleep 1000")
                .withCreateContainerCmdModifier(
                    command ->
                        command.withHealthcheck(
                            new HealthCheck()
                                .withTest(List.of("CMD", "test", "-f", "/ready"))
                                .withInterval(Duration.ofSeconds(1).toNanos())
                                .withRetries(10)))
                .waitingFor(Wait.forHealthcheck())) {
      talking.start();
      healthy.start();
      assertThat(healthy.isHealthy()).isTrue();
    }
  }

  @Test
  void aContainerThatEndsTooEarlyIsToldWithItsOutput() {
    try (GenericContainer<?> broken =
        container("sh", "-c", "echo no such luck >&2; sleep 0.5; exit 3")
            .waitingFor(Wait.forLogMessage("never said", 1))
            .withStartupTimeout(Duration.ofSeconds(1))) {
      assertThatThrownBy(broken::start)
          .isInstanceOf(ContainerLaunchException.class)
          .hasStackTraceContaining("exited with code 3");
    }
  }

  @Test
  void resourcesMountsAndLabelsAreAskedForThroughDockerJava() throws Exception {
    try (GenericContainer<?> limited =
        container("sleep", "1000")
            .withLabel("purpose", "test")
            .withTmpFs(Map.of("/scratch", "size=1m"))
            .withWorkingDirectory("/scratch")
            .withExtraHost("elsewhere", "192.0.2.7")
            .withCreateContainerCmdModifier(
                command ->
                    Objects.requireNonNull(command.getHostConfig())
                        .withMemory(32L << 20)
                        .withPidsLimit(20L)
                        .withInit(true))) {
      limited.start();
      assertThat(limited.execInContainer("pwd").getStdout()).isEqualTo("/scratch\n");
      assertThat(limited.execInContainer("cat", "/etc/hosts").getStdout())
          .contains("192.0.2.7\telsewhere");
      DockerClient client = DockerClientFactory.instance().client();
      var listed = client.listContainersCmd().withLabelFilter(Map.of("purpose", "test")).exec();
      assertThat(listed).singleElement().extracting("id").isEqualTo(limited.getContainerId());
      assertThat(limited.getContainerInfo().getHostConfig().getMemory()).isEqualTo(32L << 20);
    }
  }

  @Test
  void anImageIsMadeOfAContainerAndTravels() throws Exception {
    DockerClient client = DockerClientFactory.instance().client();
    try (GenericContainer<?> sleeper = container("sleep", "1000")) {
      sleeper.start();
      sleeper.execInContainer("sh", "-c", "echo kept > /kept");
      String image = client.commitCmd(sleeper.getContainerId()).withRepository("made").exec();
      byte[] archive;
      try (var saved = client.saveImageCmd("made").exec()) {
        archive = saved.readAllBytes();
      }
      client.removeImageCmd(image).withForce(true).exec();
      client.loadImageCmd(new ByteArrayInputStream(archive)).exec();
    }
    try (GenericContainer<?> made =
        new GenericContainer<>("made:latest")
            .withNetwork(Objects.requireNonNull(network))
            .withCommand("cat", "/kept")
            .withStartupCheckStrategy(new OneShotStartupCheckStrategy())) {
      made.start();
      assertThat(made.getLogs()).isEqualTo("kept\n");
    }
  }
}
