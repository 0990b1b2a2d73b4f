package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.container.mount.ManagedFiles;
import io.gantry.container.record.Container;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What the kernel does with the configuration, by either runtime; without the engine's runtime
 * driver.
 */
@EnabledIf("possible")
class OciSpecOnKernelTest {

  private static final Path BUSYBOX = Path.of("/bin/busybox");

  /**
   * How a runtime is started. crun refuses a host where cgroup2 with controllers is mounted beside
   * cgroup v1: it gets a view without it, as the engine's driver gives it.
   */
  enum OciRuntime {
    CRUN(
        "unshare",
        "-m",
        "--propagation",
        "unchanged",
        "sh",
        "-c",
        "if [ -e /sys/fs/cgroup/unified/cgroup.controllers ]; then mount --make-private"
            + " /sys/fs/cgroup; mount --make-private /sys/fs/cgroup/unified; umount"
            + " /sys/fs/cgroup/unified; fi; exec crun \"$@\"",
        "crun"),
    RUNC("runc");

    private final List<String> command;

    OciRuntime(String... command) {
      this.command = List.of(command);
    }
  }

  @TempDir Path directory;
  private Path rootfs;
  private String id;

  static boolean possible() {
    return Files.isExecutable(BUSYBOX)
        && "root".equals(System.getProperty("user.name"))
        && (Files.isExecutable(Path.of("/usr/bin/crun"))
            && Files.isExecutable(Path.of("/usr/sbin/runc")));
  }

  @BeforeEach
  void makeRoot() throws Exception {
    id = "gantry-test-" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    rootfs = directory.resolve("rootfs");
    Files.createDirectories(rootfs.resolve("bin"));
    Files.createDirectories(rootfs.resolve("etc"));
    Files.createDirectories(rootfs.resolve("tmp"));
    Files.copy(BUSYBOX, rootfs.resolve("bin/busybox"));
    Files.writeString(rootfs.resolve("etc/passwd"), "root:x:0:0::/root:/bin/sh\n");
    Files.writeString(rootfs.resolve("etc/group"), "root:x:0:\naudio:x:29:\n");
    for (String applet :
        List.of(
            "sh",
            "cat",
            "grep",
            "ls",
            "id",
            "stat",
            "unshare",
            "mount",
            "mkdir",
            "touch",
            "hostname",
            "env",
            "df",
            "ip",
            "readlink",
            "tr")) {
      Files.createSymbolicLink(rootfs.resolve("bin").resolve(applet), Path.of("busybox"));
    }
  }

  @AfterEach
  void removeWhatIsLeft() throws Exception {
    for (OciRuntime runtime : OciRuntime.values()) {
      run(runtime, List.of("delete", "-f", id));
    }
  }

  private String run(OciRuntime runtime, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(runtime.command);
    command.addAll(List.of("--root", directory.resolve("state-" + runtime).toString()));
    command.addAll(arguments);
    Path output = directory.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(output.toFile())
            .start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return Files.readString(output, StandardCharsets.UTF_8);
  }

  private String inContainer(
      OciRuntime runtime, String script, String config, String hostConfig, String... flags)
      throws Exception {
    Container container =
        Spec.container(
            "{'cmd':['sh','-c','" + script.replace("~", "\\\"") + "']" + config + "}",
            "{'shmSize':33554432,'cgroupnsMode':'host','resources':{'cgroupParent':'/"
                + id
                + "'}"
                + hostConfig
                + "}");
    SpecInputs inputs =
        new SpecInputs(
            rootfs,
            "box7",
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of("/etc/hosts", ManagedFiles.write(directory, "hosts", "127.0.0.1 localhost\n")),
            Map.of(),
            List.of());
    OciSpec specification =
        new OciSpec(HostFacts.read(), Spec.SUPPORT, Spec.defaults(flags), DeviceLookup.HOST);
    Path bundle = Files.createDirectories(directory.resolve("bundle"));
    Files.writeString(bundle.resolve("config.json"), specification.build(container, inputs));
    try {
      return run(runtime, List.of("run", "--bundle", bundle.toString(), id));
    } finally {
      run(runtime, List.of("delete", "-f", id));
      removeCgroups();
    }
  }

  /** Both runtimes leave the parent, which the test named. */
  private void removeCgroups() throws IOException {
    try (var hierarchies = Files.newDirectoryStream(Path.of("/sys/fs/cgroup"))) {
      for (Path hierarchy : hierarchies) {
        Path parent = hierarchy.resolve(id);
        if (Files.isDirectory(parent)) {
          try (var children = Files.newDirectoryStream(parent, Files::isDirectory)) {
            for (Path child : children) {
              Files.deleteIfExists(child);
            }
          }
          Files.deleteIfExists(parent);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void ordinary(OciRuntime runtime) throws Exception {
    String output =
        inContainer(
            runtime,
            "grep -E ~^(Cap|Seccomp:|NoNewPrivs|Umask)~ /proc/self/status | tr -d ~\\t~;"
                + " hostname; cat /etc/hosts; env; id -G; df -k /dev/shm | grep shm; ls /dev;"
                + " cat /proc/kcore 2>&1; echo x 2>&1 > /proc/sys/kernel/hostname",
            "",
            "");
    assertThat(output)
        .contains(
            "CapInh:0000000000000000",
            "CapEff:00000000a80425fb",
            "CapBnd:00000000a80425fb",
            "CapAmb:0000000000000000",
            "Seccomp:2",
            "NoNewPrivs:0",
            "Umask:0027",
            "box7",
            "127.0.0.1 localhost",
            "HOME=/root",
            "HOSTNAME=box7",
            "32768",
            "mqueue",
            "ptmx",
            "Read-only file system")
        .doesNotContain("kmsg");
  }

  @ParameterizedTest
  @EnumSource
  void whatIsForbidden(OciRuntime runtime) throws Exception {
    String output =
        inContainer(
            runtime,
            "unshare -U /bin/busybox true 2>&1; mount -t tmpfs none /tmp 2>&1;"
                + " unshare -n /bin/busybox true 2>&1; echo end",
            "",
            ",'capAdd':['NET_ADMIN']");
    assertThat(output.strip().lines())
        .hasSize(4)
        .allMatch(
            line ->
                line.contains("not permitted")
                    || line.contains("permission denied")
                    || line.equals("end"));
    assertThat(
            inContainer(
                runtime,
                "unshare -U /bin/busybox true && echo made",
                "",
                ",'securityOpt':['seccomp=unconfined']"))
        .isEqualTo("made\n");
    assertThat(
            inContainer(
                runtime,
                "mkdir /zz 2>&1",
                "",
                ",'securityOpt':['seccomp="
                    + ("{~defaultAction~:~SCMP_ACT_ALLOW~,~syscalls~:[{~names~:"
                            + "[~mkdir~,~mkdirat~],~action~:~SCMP_ACT_ERRNO~}]}")
                        .replace("~", "\\\"")
                    + "']"))
        .contains("not permitted");
  }

  @ParameterizedTest
  @EnumSource
  void privileged(OciRuntime runtime) throws Exception {
    String bound =
        Files.readAllLines(Path.of("/proc/self/status")).stream()
            .filter(line -> line.startsWith("CapBnd"))
            .findFirst()
            .orElseThrow()
            .replaceAll(".*\\s", "");
    String output =
        inContainer(
            runtime,
            "grep -E ~^(CapEff|Seccomp:)~ /proc/self/status | tr -d ~\\t~;"
                + " mount -t tmpfs none /tmp && echo mounted; ls /dev | grep -c .",
            "",
            ",'privileged':true");
    assertThat(output).contains("CapEff:" + bound, "Seccomp:0", "mounted");
    assertThat(Integer.parseInt(output.strip().lines().toList().getLast())).isGreaterThan(20);
  }

  @ParameterizedTest
  @EnumSource
  void usersTmpfsDevicesAndLimits(OciRuntime runtime) throws Exception {
    String output =
        inContainer(
            runtime,
            "id -u; id -G; grep CapEff /proc/self/status; stat -c %t:%T /dev/xfull;"
                + " grep ~ /x ~ /proc/mounts; stat -c %a /x; ulimit -n; ulimit -Hn; ulimit -c;"
                + " cat /proc/self/oom_score_adj; cat /proc/sys/kernel/domainname;"
                + " touch /f 2>&1; touch /dev/shm/g && echo shmok",
            ",'user':'1234:567','domainname':'dom.test'",
            ",'groupAdd':['audio','777'],'readonlyRootfs':true,'oomScoreAdj':432"
                + ",'tmpfs':{'/x':'size=3m,mode=1770'},'resources':{'devices':[{'pathOnHost':"
                + "'/dev/full','pathInContainer':'/dev/xfull','cgroupPermissions':'r'}],'ulimits':"
                + "[{'name':'nofile','soft':123,'hard':456},{'name':'core','soft':0,'hard':0}]}");
    assertThat(output)
        .startsWith("1234\n567 29 777\nCapEff:\t0000000000000000\n1:7\n")
        .contains(
            "noexec", "size=3072k", "\n1770\n123\n456\n0\n432\ndom.test\n", "Read-only", "shmok");
  }
}
