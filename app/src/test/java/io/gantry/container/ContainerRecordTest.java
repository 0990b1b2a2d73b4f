package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.container.index.ContainerHandle;
import io.gantry.container.record.Container;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.HostDefaults;
import io.gantry.container.record.LogConfig;
import io.gantry.container.record.RestartPolicy;
import io.gantry.container.record.Restarts;
import io.gantry.container.record.State;
import io.gantry.container.record.Step;
import io.gantry.image.config.RunConfig;
import io.gantry.network.EndpointSettings;
import io.gantry.store.RecordJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContainerRecordTest {

  private static HostDefaults defaults(String cgroupnsMode, String privilegedCgroupnsMode) {
    return new HostDefaults(
        new LogConfig("json-file", Map.of("max-size", "1m")),
        "crun",
        64 << 20,
        "private",
        cgroupnsMode,
        privilegedCgroupnsMode,
        List.of("/proc/kcore"),
        List.of("/proc/sys"),
        "secure");
  }

  static Container container(String id, String name) {
    HostDefaults defaults = defaults("host", "host");
    HostConfig host =
        RecordJson.read(
                "{\"portBindings\":{\"80/tcp\":[{\"hostPort\":\"8080\"}]},\"resources\":{\"memory\":67108864}}",
                HostConfig.class)
            .withDefaults(defaults);
    ContainerConfig config =
        ConfigMerge.merge(
            RecordJson.read("{\"cmd\":[\"true\"],\"image\":\"busybox\"}", ContainerConfig.class),
            RunConfig.EMPTY,
            "host",
            "secure");
    return new Container(
        id,
        name,
        Instant.parse("2026-01-02T03:04:05.123456789Z"),
        "sha256:1",
        "chain",
        "snapshot",
        config,
        host,
        List.of(),
        Map.of("bridge", EndpointSettings.NONE),
        "overlay2",
        "",
        State.CREATED.running(7, Instant.parse("2026-01-02T03:04:06Z")),
        new Restarts(2, Duration.ofMillis(200)),
        null,
        null);
  }

  @Test
  void aRecordComesBackAsItWasWritten() {
    Container container = container("ab".repeat(32), "one");
    Container read = RecordJson.read(RecordJson.write(container), Container.class);
    assertThat(read).isEqualTo(container);
    assertThat(read.hostConfig().resources().memorySwap()).isEqualTo(2 * 67108864L);
    assertThat(read.config().annotations()).containsEntry("native.umask", "secure");
  }

  @Test
  void fieldsOfOtherVersionsAreIgnored() {
    String json = RecordJson.write(container("cd".repeat(32), "two"));
    String newer = "{\"invented\":1," + json.substring(1);
    assertThat(RecordJson.read(newer, Container.class).name()).isEqualTo("two");
  }

  @Test
  void recordIsReadWhenItIsAskedForAndNeverReplacesANewerOne() {
    Container stored = container("ef".repeat(32), "old");
    List<ContainerHandle> late = new ArrayList<>();
    ContainerHandle handle =
        new ContainerHandle(
            stored.id(),
            () -> {
              late.getFirst().publish(container(stored.id(), "new"));
              return stored;
            });
    late.add(handle);
    assertThat(handle.current().name()).isEqualTo("new");
    assertThat(new ContainerHandle(stored.id(), () -> stored).current()).isSameAs(stored);
  }

  @Test
  void startingDaemonHasNothingToDoForAContainerThatWasOnlyMade() {
    Container made = container("12".repeat(32), "made").with(State.CREATED);
    assertThat(made.isAtRest()).isTrue();
    assertThat(made.with(made.state().with(Step.TEARDOWN)).isAtRest()).isFalse();
    assertThat(made.with(made.state().with(Step.LOG)).isAtRest()).isFalse();
    assertThat(made.with(made.state().running(7, Instant.now())).isAtRest()).isFalse();
  }

  @Test
  void anUpdateIsTakenAsAWholeOrNotAtAll() {
    Container before = container("34".repeat(32), "updated");
    HostConfig next = RecordJson.read("{\"privileged\":true}", HostConfig.class);
    Container during = before.updating(next);
    assertThat(during.hostConfig()).isEqualTo(before.hostConfig());
    assertThat(RecordJson.read(RecordJson.write(during), Container.class)).isEqualTo(during);
    assertThat(during.notUpdated()).isEqualTo(before);
    assertThat(during.updated()).isEqualTo(before.with(next));
  }

  @Test
  void policiesThatAContainerIsStartedBy() {
    assertThat(new RestartPolicy("no", 0).isSet()).isFalse();
    assertThat(new RestartPolicy("on-failure", 0).isSet()).isTrue();
  }

  @Test
  void privilegedContainersHaveADefaultOfTheirOwnForTheCgroupNamespace() {
    HostConfig asked = RecordJson.read("{\"privileged\":true}", HostConfig.class);
    assertThat(asked.withDefaults(defaults("private", "host")).cgroupnsMode()).isEqualTo("host");
    assertThat(asked.withDefaults(defaults("host", "private")).cgroupnsMode()).isEqualTo("private");
  }
}
