package io.gantry.container.spec;

import io.gantry.config.DaemonOptions;
import io.gantry.container.record.Container;
import io.gantry.container.record.ContainerConfig;
import io.gantry.container.record.HostConfig;
import io.gantry.container.record.State;
import io.gantry.linux.MemoryInfo;
import io.gantry.plugins.runtime.ResourceSupport;
import io.gantry.store.RecordJson;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Things to try the specification with: containers from JSON, and a host that does not depend on
 * the one the tests run on.
 */
public final class Spec {

  public static final String ID =
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

  /**
   * Linux 6.1 with cgroup v1, as on the machine whose dockerd was asked: no CAP_SYS_RESOURCE, no
   * blkio weights.
   */
  static final HostFacts HOST =
      new HostFacts(
          "amd64",
          "6.1.0-test",
          2,
          Capabilities.ofMask(0x1fffeffffffL),
          Map.of("RLIMIT_NOFILE", 1024L, "RLIMIT_CORE", -1L),
          false,
          true,
          false,
          new HugePages(List.of("1GB", "2MB"), "2MB"),
          Set.of("/proc/config.gz"));

  /** 4 GiB, a quarter of it free. */
  static final MemoryInfo MEMORY = new MemoryInfo(4L << 30, 1L << 30, 2 << 20);

  static final ResourceSupport SUPPORT = support(true, "0-1", "0");

  private Spec() {}

  /** A kernel with all limits but blkio weights, or with none. */
  static ResourceSupport support(boolean all, String cpus, String nodes) {
    return support("1", all, cpus, nodes);
  }

  static ResourceSupport support(String version, boolean all, String cpus, String nodes) {
    return new ResourceSupport(
        version,
        "cgroupfs",
        all,
        all,
        all,
        all,
        all,
        all,
        all,
        all,
        all,
        all,
        all,
        false,
        false,
        all,
        false,
        all,
        all,
        cpus,
        nodes);
  }

  public static ContainerConfig config(String json) {
    return RecordJson.read(json.replace('\'', '"'), ContainerConfig.class);
  }

  public static HostConfig hostConfig(String json) {
    return RecordJson.read(json.replace('\'', '"'), HostConfig.class);
  }

  /** All in JSON with single quotes. */
  public static Container container(String config, String hostConfig, String... mounts) {
    return RecordJson.read(
            "{'id':'%s','name':'test','config':%s,'hostConfig':%s,'mounts':[%s],'networks':{}}"
                .formatted(ID, config, hostConfig, String.join(",", mounts))
                .replace('\'', '"'),
            Container.class)
        .with(State.CREATED);
  }

  static DaemonOptions.Containers defaults(String... flags) {
    List<String> arguments = new ArrayList<>(List.of("--config-file", "/dev/null"));
    arguments.addAll(List.of(flags));
    return DaemonOptions.read(arguments).containers();
  }

  static SpecInputs inputs(Path rootfs) {
    return new SpecInputs(
        rootfs,
        "box",
        Optional.of(Path.of("/run/netns/x")),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Map.of(),
        List.of());
  }

  /**
   * /dev/one is a character device 1:5, /dev/disk a block device 8:0, /dev/many a directory of two.
   */
  static final DeviceLookup DEVICES =
      new DeviceLookup() {
        @Override
        public List<DeviceNode> find(String path) {
          return switch (path) {
            case "/dev/one" -> List.of(node("/dev/one", 1, 5));
            case "/dev/many" -> List.of(node("/dev/many/a", 9, 1), node("/dev/many/b", 9, 2));
            default -> DeviceNode.find(path);
          };
        }

        @Override
        public List<DeviceNode> all() {
          return List.of(node("/dev/one", 1, 5), node("/dev/kmsg", 1, 11));
        }

        @Override
        public int[] numbers(String path) {
          return path.equals("/dev/disk") ? new int[] {8, 0} : DeviceLookup.HOST.numbers(path);
        }
      };

  private static DeviceNode node(String path, int major, int minor) {
    return new DeviceNode(path, "c", major, minor, 0660, 0, 5);
  }
}
