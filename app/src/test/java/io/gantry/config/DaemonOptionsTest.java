package io.gantry.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.plugins.network.Prefix;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages were compared with those of dockerd 28 for the same flags and files. */
class DaemonOptionsTest {

  @TempDir Path directory;

  @Test
  void defaults() throws IOException {
    DaemonOptions options = read("{}");
    assertThat(options.hosts())
        .containsExactly(new ListenAddress.Unix(Path.of("/run/gantry/gantry.sock")));
    assertThat(options.dataRoot()).isEqualTo(Path.of("/var/lib/gantry"));
    assertThat(options.execRoot()).isEqualTo(Path.of("/run/gantry"));
    assertThat(options.network().bridge()).isEqualTo("gantry0");
    assertThat(options.network().mtu()).isEmpty();
    assertThat(options.network().icc()).isTrue();
    assertThat(options.containers().umask()).isEqualTo(DaemonOptions.Umask.SECURE);
    assertThat(options.containers().shmSize()).isEqualTo(64L << 20);
    assertThat(options.metricsAddress()).contains(new InetSocketAddress("127.0.0.1", 9323));
    assertThat(options.registry().maxConcurrentUploads()).isEqualTo(5);
    assertThat(options.warnings()).isEmpty();
  }

  @Test
  void flagsAndFileSayTheSame() throws IOException {
    DaemonOptions fromFile =
        read(
            """
            {"hosts": ["unix:///tmp/a.sock", "tcp://127.0.0.1:2375"], "group": "", "debug": true, "mtu": 1400, "labels": ["a=b"],
             "dns": ["1.1.1.1"], "dns-opts": ["ndots:2"], "dns-search": ["example.org"], "bip": "10.9.0.1/16", "fixed-cidr": "10.9.1.0/24",
             "default-address-pools": [{"base": "10.10.0.0/16", "size": 24}], "host-gateway-ips": ["10.9.0.1"],
             "storage-driver": "overlay2", "storage-opts": ["overlay2.size=1g"], "log-driver": "local", "log-opts": {"max-size": "1m"},
             "exec-opts": ["native.umask=normal", "native.cgroupdriver=cgroupfs"], "runtimes": {"mine": {"path": "/opt/mine"}},
             "default-runtime": "mine", "init": true, "init-path": "/sbin/tini", "default-shm-size": "1g",
             "default-ulimits": {"nofile": {"Name": "nofile", "Soft": 100, "Hard": 200}}, "seccomp-profile": "unconfined",
             "no-new-privileges": true, "default-cgroupns-mode": "private", "default-ipc-mode": "shareable",
             "insecure-registries": ["10.0.0.0/8", "reg.example:5000"], "registry-mirrors": ["https://mirror.example"],
             "max-concurrent-downloads": 7, "shutdown-timeout": -1, "metrics-addr": "", "oom-score-adjust": -500, "ip": "127.0.0.1",
             "icc": false, "userland-proxy": false, "live-restore": false, "cgroup-parent": "/x", "pidfile": "/tmp/p", "ip-masq": false}
            """);
    DaemonOptions fromFlags =
        read(
            "{}",
            ("-H unix:///tmp/a.sock --host=tcp://localhost:2375 -G= -D --mtu=1400 --label a=b --dns"
                 + " 1.1.1.1 --dns-opt ndots:2 --dns-search example.org --bip 10.9.0.1/16"
                 + " --fixed-cidr 10.9.1.0/24 --default-address-pool base=10.10.0.0/16,size=24"
                 + " --host-gateway-ip 10.9.0.1 -s overlay2 --storage-opt overlay2.size=1g"
                 + " --log-driver local --log-opt max-size=1m --exec-opt native.umask=normal"
                 + " --exec-opt native.cgroupdriver=cgroupfs --add-runtime mine=/opt/mine"
                 + " --default-runtime mine --init --init-path /sbin/tini --default-shm-size 1g"
                 + " --default-ulimit nofile=100:200 --seccomp-profile unconfined"
                 + " --no-new-privileges --default-cgroupns-mode private --default-ipc-mode"
                 + " shareable --insecure-registry 10.0.0.0/8 --insecure-registry reg.example:5000"
                 + " --registry-mirror https://mirror.example --max-concurrent-downloads 7"
                 + " --shutdown-timeout -1 --metrics-addr= --oom-score-adjust -500 --ip 127.0.0.1"
                 + " --icc=false --userland-proxy=false --live-restore=false --cgroup-parent /x"
                 + " -p/tmp/p --ip-masq=0")
                .split(" "));
    assertThat(fromFlags).isEqualTo(fromFile);
    assertThat(fromFile.hosts())
        .containsExactly(
            new ListenAddress.Unix(Path.of("/tmp/a.sock")),
            new ListenAddress.Tcp("127.0.0.1", 2375));
    assertThat(fromFile.logging().level()).isEqualTo(DaemonOptions.LogLevel.DEBUG);
    assertThat(fromFile.network().dns()).containsExactly(InetAddress.ofLiteral("1.1.1.1"));
    assertThat(fromFile.network().addressPools())
        .containsExactly(new DaemonOptions.AddressPool(Prefix.parse("10.10.0.0/16"), 24));
    assertThat(fromFile.containers().runtimes())
        .isEqualTo(Map.of("mine", new DaemonOptions.OciRuntime(Path.of("/opt/mine"))));
    assertThat(fromFile.containers().ulimits().get("nofile"))
        .isEqualTo(new DaemonOptions.Ulimit("nofile", 100, 200));
    assertThat(fromFile.registry().mirrors())
        .containsExactly(URI.create("https://mirror.example/"));
    assertThat(fromFile.metricsAddress()).isEmpty();
    assertThat(fromFile.warnings()).hasSize(3).allMatch(line -> line.contains("always"));
  }

  @Test
  void lettersMayStandTogether() throws IOException {
    assertThat(read("{}", "-Dlwarn").logging().debug()).isTrue();
    assertThat(read("{}", "-D=false", "-l", "warn").logging().level())
        .isEqualTo(DaemonOptions.LogLevel.WARN);
  }

  @Test
  void theSameOptionInFlagAndFile() {
    assertThatThrownBy(
            () ->
                read(
                    """
                    {"labels": ["a=b"], "log-opts": {"max-size": "10m"}, "hosts": ["unix:///x"], "debug": true}
                    """,
                    "--label",
                    "c=d",
                    "--log-opt",
                    "max-file=3",
                    "-H",
                    "unix:///y",
                    "-D"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "unable to configure the Gantry daemon with file %s: the following directives are specified both as a flag and in"
                    .formatted(file())
                + " the configuration file: debug: (from flag: true, from file: true), hosts: (from"
                + " flag: [unix:///y], from file: [unix:///x]), labels: (from flag: [c=d], from"
                + " file: [a=b]), log-opts: (from flag: map[max-file:3], from file:"
                + " map[max-size:10m])");
  }

  @Test
  void unknownKeys() {
    assertThatThrownBy(() -> read("{\"foo\": 1, \"dns\": [\"1.1.1.1\"], \"bar\": {}}"))
        .hasMessage(
            "unable to configure the Gantry daemon with file %s: the following directives don't match any configuration option: bar, foo"
                .formatted(file()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"debug\": \"x\"} | invalid value for \"debug\": expected true or false, found string",
        "{\"mtu\": \"x\"} | invalid value for \"mtu\": expected an integer, found string",
        "{\"mtu\": 1.5} | invalid value for \"mtu\": expected an integer, found number",
        "{\"dns\": \"1.1.1.1\"} | invalid value for \"dns\": expected a list of strings, found"
            + " string",
        "{\"dns\": [1]} | invalid value for \"dns\": expected a string, found number",
        "{\"dns\": [\"x\"]} | invalid value for \"dns\": failed to parse IP: \"x\"",
        "{\"log-opts\": {\"a\": 1}} | invalid value for \"log-opts\": expected a string, found"
            + " number",
        "{\"runtimes\": {\"runc\": {\"path\": \"/x\"}}} | runtime name 'runc' is reserved",
        "{\"runtimes\": {\"a\": {\"pth\": \"/x\"}}} | unknown field \"pth\"",
        "{\"default-ulimits\": {\"nofile\": {\"Soft\": 2, \"Hard\": 1}}} | soft limit must be less"
            + " than or equal to hard limit: 2 > 1",
        "{\"default-address-pools\": [{\"base\": \"10.0.0.0/8\"}]} | field \"size\" is missing",
        "{\"debug\": true, \"debug\": false} | Duplicate",
        "{\"debug\": true} x | invalid JSON",
        "{ | invalid JSON",
        "[] | invalid JSON: expected an object",
        "{\"userns-remap\": \"default\"} | option \"userns-remap\" is not supported: user"
            + " namespaces are not supported",
        "{\"bip\": \"10.0.0.1/16\", \"bridge\": \"br0\"} | mutually exclusive",
        "{\"bip\": \"10.0.0.1/16\", \"fixed-cidr\": \"10.1.0.0/24\"} | is not inside the bridge's"
            + " network",
        "{\"default-gateway\": \"fd00::1\"} | default-gateway fd00:0:0:0:0:0:0:1 is not an IPv4"
            + " address",
        "{\"iptables\": false, \"icc\": false} | ICC=false uses iptables",
        "{\"default-runtime\": \"nope\"} | specified default runtime 'nope' does not exist",
        "{\"exec-opts\": [\"native.foo=x\"]} | invalid exec-opt (native.foo=x): unknown option:"
            + " 'native.foo'",
        "{\"exec-opts\": [\"native.umask=0\"]} | native.umask option 0 not supported",
        "{\"exec-opts\": [\"native.cgroupdriver=systemd\"]} | only cgroupfs is supported",
        "{\"labels\": [\"a=b\", \"a=c\"]} | conflict labels for a=c and a=b",
        "{\"max-concurrent-downloads\": -1} | invalid max concurrent downloads: -1",
        "{\"log-level\": \"loud\"} | invalid logging level: loud",
        "{\"graph\": \"/a\", \"data-root\": \"/b\"} | cannot specify both",
        "{\"hosts\": [\"tcp://0.0.0.0:2375\"]} | only loopback addresses are allowed",
        "{\"hosts\": [\"tcp://example.org:2375\"]} | failed to parse IP",
        "{\"metrics-addr\": \"0.0.0.0:9323\"} | is not a loopback address",
      })
  void badFiles(String json, String message) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("unable to configure the Gantry daemon with file " + file() + ": ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "--foo | unknown flag: --foo",
        "-x | unknown shorthand flag: 'x' in -x",
        "foo | accepts no arguments",
        "--mtu x | invalid argument \"x\" for \"--mtu\" flag",
        "--debug=x | invalid argument \"x\" for \"-D, --debug\" flag",
        "--mtu | flag needs an argument: --mtu",
        "-H foo://x | invalid bind address (foo://x)",
        "--label a | invalid argument \"a\" for \"--label\" flag: bad attribute format: a",
        "--label com.docker.x=1 | reserved for internal use",
        "--default-shm-size 1x | invalid suffix: 'x'",
        "--default-ulimit x | invalid ulimit argument: x",
        "--default-ulimit foo=1 | invalid ulimit type: foo",
        "--registry-mirror foo | no scheme specified for \"foo\"",
        "--registry-mirror https://u:p@x | username/password not allowed",
        "--insecure-registry http://x | should not contain '://'",
        "--insecure-registry 10.0.0.0/33 | invalid CIDR address: 10.0.0.0/33",
        "--bip ::1/64 | \"::1/64\" is not an IPv4 network",
        "--add-runtime x | invalid runtime argument: x",
        "--add-runtime crun=/x | runtime name 'crun' is reserved",
        "--dns-search a_b!c | a_b!c is not a valid domain",
        "--default-address-pool x | invalid field 'x' must be a key=value pair",
        "--data-root relative | is not an absolute path",
        "--default-ipc-mode host | \"host\" is not one of private, shareable",
        "--containerd /x | option --containerd is not supported",
        "--swarm-default-advertise-addr eth0 | swarm is not supported",
        "--tlsverify | option --tlsverify is not supported",
        "--bridge a/b | is not a name of a network device",
      })
  void badFlags(String flags, String message) {
    assertThatThrownBy(() -> read("{}", flags.split(" ")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"ipv6\": false}", "{\"selinux-enabled\": false}", "", "\uFEFF{}"})
  void harmlessFiles(String json) throws IOException {
    assertThat(read(json).network().bridge()).isEqualTo("gantry0");
  }

  @Test
  void aFileThatIsNamedMustExist() {
    assertThatThrownBy(() -> DaemonOptions.read(List.of("--config-file", directory + "/none.json")))
        .hasMessage(
            "unable to configure the Gantry daemon with file %s/none.json: open %s/none.json: no such file or directory"
                .formatted(directory, directory));
  }

  @Test
  void deprecatedSpellingOfTheDataRoot() throws IOException {
    DaemonOptions options = read("{}", "-g", "/data");
    assertThat(options.dataRoot()).isEqualTo(Path.of("/data"));
    assertThat(options.warnings()).singleElement().asString().contains("--data-root");
  }

  @Test
  void helpVersionAndValidation() throws IOException {
    Files.writeString(file(), "{\"debug\": true}");
    assertThat(request("--validate", "--config-file", file().toString()))
        .isEqualTo(new StartRequest.Print("configuration OK\n"));
    assertThat(request("-v")).isEqualTo(new StartRequest.Print("Gantry version 1\n"));
    assertThat(request("--config-file", file().toString())).isInstanceOf(StartRequest.Run.class);
    assertThat(((StartRequest.Print) request("--help")).text())
        .contains("-H, --host list", "(default /var/lib/gantry)", "--validate")
        .doesNotContain("--graph");
  }

  @Test
  void namesOfOptionsAreUnique() {
    assertThat(OptionTable.all().stream().map(Option::name)).doesNotHaveDuplicates();
    assertThat(OptionTable.all().stream().map(Option::key).flatMap(Optional::stream))
        .doesNotHaveDuplicates()
        .allMatch(key -> Unsupported.reason(key).isEmpty());
    assertThat(OptionTable.all().stream().map(Option::shortName).flatMap(Optional::stream))
        .doesNotHaveDuplicates()
        .doesNotContain('h', 'v');
  }

  @Test
  void documentationIsThatOfTheTable() throws IOException {
    assertThat(Path.of("../docs/daemon-options.md")).content().isEqualTo(OptionHelp.page());
  }

  @Test
  void theInstalledExampleIsValid() {
    DaemonOptions options = DaemonOptions.read(List.of("--config-file", "../config/daemon.json"));
    assertThat(options.containers().logOptions()).containsEntry("max-file", "3");
  }

  private Path file() {
    return directory.resolve("daemon.json");
  }

  private DaemonOptions read(String json, String... flags) throws IOException {
    Files.writeString(file(), json);
    List<String> arguments = new ArrayList<>(List.of("--config-file", file().toString()));
    arguments.addAll(List.of(flags));
    return DaemonOptions.read(arguments);
  }

  private static StartRequest request(String... arguments) {
    return StartRequest.read(List.of(arguments), "1");
  }
}
