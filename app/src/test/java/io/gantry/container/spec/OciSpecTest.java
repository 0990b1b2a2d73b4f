package io.gantry.container.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gantry.container.record.Container;
import io.gantry.error.EngineException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class OciSpecTest {

  private static final UserDatabase USERS =
      UserDatabase.parse("root:x:0:0::/root:\nalice:x:1000:1000::/home/alice:\n", "root:x:0:\n");
  private static final SpecInputs INPUTS = Spec.inputs(Path.of("/root/fs"));

  private static JsonNode spec(String config, String hostConfig, String... flags) {
    return spec(Spec.container(config, hostConfig), INPUTS, flags);
  }

  private static JsonNode spec(Container container, SpecInputs inputs, String... flags) {
    ObjectNode tree =
        new OciSpec(Spec.HOST, Spec.SUPPORT, Spec.defaults(flags), Spec.DEVICES)
            .tree(container, inputs, USERS);
    return JsonMapper.builder().build().readTree(tree.toString());
  }

  private static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asString).toList();
  }

  private static JsonNode mount(JsonNode spec, String destination) {
    return StreamSupport.stream(spec.get("mounts").spliterator(), false)
        .filter(mount -> mount.get("destination").asString().equals(destination))
        .reduce((a, b) -> b)
        .orElseThrow();
  }

  private static List<String> options(JsonNode spec, String destination) {
    return strings(mount(spec, destination).get("options"));
  }

  private static List<String> destinations(JsonNode spec) {
    return StreamSupport.stream(spec.get("mounts").spliterator(), false)
        .map(mount -> mount.get("destination").asString())
        .toList();
  }

  private static List<String> namespaces(JsonNode spec) {
    return StreamSupport.stream(spec.at("/linux/namespaces").spliterator(), false)
        .map(ns -> ns.get("type").asString() + ns.path("path").asString(""))
        .toList();
  }

  /**
   * What dockerd 28.5 gave runc for the same container, but for openEuler's umask and what the
   * runtimes do by themselves.
   */
  @Test
  void ordinaryContainer() {
    JsonNode spec =
        spec(
            "{'cmd':['sleep','600'],'hostname':'box'}",
            "{'shmSize':67108864,'cgroupnsMode':'host'}");
    ((ObjectNode) spec.get("linux")).remove("seccomp");
    ObjectNode golden =
        (ObjectNode)
            JsonMapper.builder()
                .build()
                .readTree(
                    """
                    {"ociVersion":"1.0.2",
                     "process":{"terminal":false,"user":{"uid":0,"gid":0,"umask":23,"additionalGids":[0]},
                      "args":["sleep","600"],
                      "env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin","HOSTNAME=box","HOME=/root"],
                      "cwd":"/","rlimits":[],"noNewPrivileges":false,"oomScoreAdj":0},
                     "root":{"path":"/root/fs","readonly":false},
                     "hostname":"box",
                     "mounts":[
                      {"destination":"/proc","type":"proc","source":"proc","options":["nosuid","noexec","nodev"]},
                      {"destination":"/dev","type":"tmpfs","source":"tmpfs","options":["nosuid","strictatime","mode=755","size=65536k"]},
                      {"destination":"/dev/pts","type":"devpts","source":"devpts","options":["nosuid","noexec","newinstance","ptmxmode=0666","mode=0620","gid=5"]},
                      {"destination":"/sys","type":"sysfs","source":"sysfs","options":["nosuid","noexec","nodev","ro"]},
                      {"destination":"/sys/fs/cgroup","type":"cgroup","source":"cgroup","options":["nosuid","noexec","nodev","ro"]},
                      {"destination":"/dev/mqueue","type":"mqueue","source":"mqueue","options":["nosuid","noexec","nodev"]},
                      {"destination":"/dev/shm","type":"tmpfs","source":"shm","options":["nosuid","noexec","nodev","mode=1777","size=67108864"]}],
                     "annotations":{},
                     "linux":{
                      "sysctl":{"net.ipv4.ip_unprivileged_port_start":"0","net.ipv4.ping_group_range":"0 2147483647"},
                      "cgroupsPath":"/gantry/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                      "namespaces":[{"type":"mount"},{"type":"network","path":"/run/netns/x"},{"type":"uts"},{"type":"pid"},{"type":"ipc"}],
                      "devices":[],
                      "resources":{"devices":[
                       {"allow":false,"access":"rwm"},
                       {"allow":true,"type":"c","major":1,"minor":5,"access":"rwm"},
                       {"allow":true,"type":"c","major":1,"minor":3,"access":"rwm"},
                       {"allow":true,"type":"c","major":1,"minor":9,"access":"rwm"},
                       {"allow":true,"type":"c","major":1,"minor":8,"access":"rwm"},
                       {"allow":true,"type":"c","major":5,"minor":0,"access":"rwm"},
                       {"allow":true,"type":"c","major":5,"minor":1,"access":"rwm"},
                       {"allow":true,"type":"c","major":10,"minor":200,"access":"rwm"}]},
                      "maskedPaths":["/proc/asound","/proc/acpi","/proc/interrupts","/proc/kcore","/proc/keys","/proc/latency_stats","/proc/timer_list","/proc/timer_stats","/proc/sched_debug","/proc/scsi","/sys/firmware","/sys/devices/virtual/powercap","/proc/config.gz"],
                      "readonlyPaths":["/proc/bus","/proc/fs","/proc/irq","/proc/sys","/proc/sysrq-trigger"]}}
                    """);
    JsonNode capabilities = ((ObjectNode) spec.get("process")).remove("capabilities");
    assertThat(spec).isEqualTo(golden);
    assertThat(strings(capabilities.get("bounding")))
        .containsExactlyInAnyOrderElementsOf(Capabilities.DEFAULT);
    assertThat(capabilities.get("effective")).isEqualTo(capabilities.get("bounding"));
    assertThat(capabilities.get("permitted")).isEqualTo(capabilities.get("bounding"));
    assertThat(capabilities.has("inheritable")).isFalse();
    assertThat(capabilities.has("ambient")).isFalse();
  }

  @Test
  void environment() {
    JsonNode spec =
        spec(
            "{'cmd':['x'],'tty':true,'user':'alice','env':['A=1','PATH=/p','TERM','B=a"
                + " b=c','A=2']}",
            "{'consoleSize':[33,99]}");
    assertThat(strings(spec.at("/process/env")))
        .containsExactly("PATH=/p", "HOSTNAME=box", "A=2", "B=a b=c", "HOME=/home/alice");
    assertThat(spec.at("/process/consoleSize").toString())
        .isEqualTo("{\"height\":33,\"width\":99}");
    assertThat(spec.at("/process/user/uid").asInt()).isEqualTo(1000);
  }

  @Test
  void umask() {
    String cmd = "{'cmd':['x']}";
    assertThat(spec(cmd, "{}").at("/process/user/umask").asInt()).isEqualTo(0027);
    assertThat(
            spec(cmd, "{}", "--exec-opt", "native.umask=normal").at("/process/user/umask").asInt())
        .isEqualTo(0022);
    assertThat(
            spec(cmd, "{'annotations':{'native.umask':'normal'}}")
                .at("/process/user/umask")
                .asInt())
        .isEqualTo(0022);
    assertThat(
            spec(
                    "{'cmd':['x'],'annotations':{'native.umask':'secure'}}",
                    "{}",
                    "--exec-opt",
                    "native.umask=normal")
                .at("/process/user/umask")
                .asInt())
        .isEqualTo(0027);
  }

  /** Its own mount of cgroup2 would change the options of the host's. */
  @ParameterizedTest
  @CsvSource({"1,host,cgroup", "1,private,cgroup", "2,host,bind", "2,private,cgroup"})
  void cgroupMount(String version, String mode, String type) {
    Container container = Spec.container("{'cmd':['x']}", "{'cgroupnsMode':'" + mode + "'}");
    JsonNode spec =
        new OciSpec(
                Spec.HOST, Spec.support(version, true, "0-1", "0"), Spec.defaults(), Spec.DEVICES)
            .tree(container, INPUTS, USERS);
    assertThat(mount(spec, "/sys/fs/cgroup").get("type").asString()).isEqualTo(type);
    assertThat(options(spec, "/sys/fs/cgroup")).contains("ro", "nosuid", "noexec", "nodev");
    assertThat(options(spec, "/sys/fs/cgroup").contains("bind")).isEqualTo(type.equals("bind"));
  }

  @Test
  void privileged() {
    JsonNode spec = spec("{'cmd':['x']}", "{'privileged':true}");
    assertThat(spec.at("/linux").has("seccomp")).isFalse();
    assertThat(spec.at("/linux").has("maskedPaths")).isFalse();
    assertThat(spec.at("/linux").has("readonlyPaths")).isFalse();
    assertThat(options(spec, "/sys")).doesNotContain("ro");
    assertThat(options(spec, "/sys/fs/cgroup")).doesNotContain("ro");
    assertThat(strings(spec.at("/process/capabilities/bounding")))
        .hasSize(40)
        .doesNotContain("CAP_SYS_RESOURCE");
    assertThat(spec.at("/linux/resources/devices").toString())
        .isEqualTo("[{\"allow\":true,\"access\":\"rwm\"}]");
    assertThat(spec.at("/linux/devices")).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'pidMode':'host'}|mount,network/run/netns/x,uts,ipc",
        "{'ipcMode':'host'}|mount,network/run/netns/x,uts,pid",
        "{'utsMode':'host'}|mount,network/run/netns/x,pid,ipc",
        "{'cgroupnsMode':'private'}|mount,network/run/netns/x,uts,pid,ipc,cgroup",
      })
  void namespacesOfTheHost(String hostConfig, String expected) {
    assertThat(String.join(",", namespaces(spec("{'cmd':['x']}", hostConfig)))).isEqualTo(expected);
  }

  @Test
  void namespacesOfOthers() {
    SpecInputs inputs =
        new SpecInputs(
            Path.of("/root/fs"),
            "box",
            Optional.empty(),
            Optional.of(Path.of("/proc/7/ns/pid")),
            Optional.of(Path.of("/proc/7/ns/ipc")),
            Optional.of(Path.of("/run/shm/7")),
            Map.of(),
            Map.of(),
            List.of());
    JsonNode spec =
        spec(
            Spec.container(
                "{'cmd':['x']}",
                "{'networkMode':'host','pidMode':'container:a','ipcMode':'container:a'}"),
            inputs);
    assertThat(namespaces(spec))
        .containsExactly("mount", "uts", "pid/proc/7/ns/pid", "ipc/proc/7/ns/ipc");
    assertThat(mount(spec, "/dev/shm").toString())
        .isEqualTo(
            "{\"destination\":\"/dev/shm\",\"type\":\"bind\",\"source\":\"/run/shm/7\",\"options\":[\"rbind\",\"rprivate\",\"nosuid\",\"noexec\",\"nodev\"]}");
    assertThat(spec.at("/linux/sysctl")).isEmpty();
  }

  @Test
  void sharedMemory() {
    assertThat(
            mount(spec("{'cmd':['x']}", "{'ipcMode':'host'}"), "/dev/shm").get("source").asString())
        .isEqualTo("/dev/shm");
    assertThat(destinations(spec("{'cmd':['x']}", "{'ipcMode':'none'}")))
        .doesNotContain("/dev/shm");
  }

  @Test
  void readOnlyRoot() {
    JsonNode spec = spec("{'cmd':['x']}", "{'readonlyRootfs':true,'tmpfs':{'/tmp':''}}");
    assertThat(spec.at("/root/readonly").asBoolean()).isTrue();
    assertThat(options(spec, "/dev/shm")).doesNotContain("ro");
    assertThat(options(spec, "/tmp")).containsExactly("noexec", "nosuid", "nodev", "rprivate");
  }

  private static Container withMounts(String hostConfig, String... mounts) {
    return Spec.container("{'cmd':['x']}", hostConfig, mounts);
  }

  @Test
  void mountsInOrderAndInPlaceOfWhatWouldBeThere() {
    SpecInputs inputs =
        new SpecInputs(
            Path.of("/root/fs"),
            "box",
            Optional.of(Path.of("/run/netns/x")),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of("/etc/hosts", Path.of("/c/hosts"), "/etc/hostname", Path.of("/c/hostname")),
            Map.of("/data", Path.of("/v/_data")),
            List.of());
    JsonNode spec =
        spec(
            withMounts(
                "{}",
                "{'type':'bind','source':'/h','destination':'/data/below','readWrite':false,'propagation':'rprivate','options':{'type':'bind'}}",
                "{'type':'volume','name':'v','source':'/v/_data','destination':'/data','readWrite':true,'propagation':'','options':{'type':'volume'}}",
                "{'type':'bind','source':'/mine','destination':'/etc/hosts','readWrite':true,'propagation':'rslave','options':{'type':'bind','bindOptions':{'nonRecursive':true}}}",
                "{'type':'bind','source':'/ro','destination':'/sys','readWrite':false,'propagation':'','options':{'type':'bind','bindOptions':{'readOnlyNonRecursive':true}}}",
                "{'type':'tmpfs','destination':'/t','readWrite':true,'propagation':'','options':{'type':'tmpfs','tmpfsOptions':{'sizeBytes':1024}}}"),
            inputs);
    List<String> destinations = destinations(spec);
    assertThat(destinations.subList(6, destinations.size()))
        .containsExactly("/data", "/sys", "/t", "/data/below", "/etc/hostname", "/etc/hosts");
    assertThat(destinations).doesNotHaveDuplicates();
    assertThat(options(spec, "/data")).containsExactly("rbind");
    assertThat(options(spec, "/data/below")).containsExactly("rbind", "rro", "rprivate");
    assertThat(mount(spec, "/etc/hosts").get("source").asString()).isEqualTo("/mine");
    assertThat(options(spec, "/etc/hosts")).containsExactly("bind", "rslave");
    assertThat(options(spec, "/sys")).containsExactly("rbind", "ro");
    assertThat(options(spec, "/t")).contains("size=1k");
    assertThat(spec.at("/linux/rootfsPropagation").asString()).isEqualTo("rslave");
  }

  @Test
  void aDevOfTheUsersTakesThePlaceOfAllBelow() {
    JsonNode spec =
        spec(
            withMounts(
                "{}",
                "{'type':'bind','source':'/h','destination':'/dev','readWrite':true,'propagation':'rprivate','options':{'type':'bind'}}"),
            INPUTS);
    assertThat(destinations(spec)).contains("/dev").noneMatch(path -> path.startsWith("/dev/"));
  }

  @Test
  void resources() {
    JsonNode resources =
        spec(
                "{'cmd':['x']}",
                "{'resources':{'memory':67108864,'memoryReservation':33554432,'nanoCpus':1500000000,'cpuShares':512,'cpusetCpus':'0','pidsLimit':12,'memorySwappiness':5,'oomKillDisable':true,'blkioDeviceReadBps':[{'path':'/dev/disk','rate':9}],'blkioWeight':100}}")
            .at("/linux/resources");
    assertThat(resources.get("memory").toString())
        .isEqualTo(
            "{\"limit\":67108864,\"swap\":134217728,\"reservation\":33554432,\"swappiness\":5,\"disableOOMKiller\":true}");
    assertThat(resources.get("cpu").toString())
        .isEqualTo("{\"shares\":512,\"period\":100000,\"quota\":150000,\"cpus\":\"0\"}");
    assertThat(resources.get("pids").toString()).isEqualTo("{\"limit\":12}");
    assertThat(resources.get("blockIO").toString())
        .isEqualTo("{\"throttleReadBpsDevice\":[{\"major\":8,\"minor\":0,\"rate\":9}]}");
    assertThat(
            spec("{'cmd':['x']}", "{'resources':{'memory':67108864,'memorySwap':-1}}")
                .at("/linux/resources/memory/swap")
                .asLong())
        .isEqualTo(-1);
  }

  @Test
  void devices() {
    JsonNode linux =
        spec(
                "{'cmd':['x']}",
                "{'resources':{'devices':[{'pathOnHost':'/dev/one','pathInContainer':'/dev/x','cgroupPermissions':'rw'},{'pathOnHost':'/dev/many','pathInContainer':'rel','cgroupPermissions':'rwm'}],'deviceCgroupRules':['c"
                    + " 13:* rwm','a *:* r']}}")
            .get("linux");
    assertThat(linux.get("devices").toString())
        .isEqualTo(
            "[{\"path\":\"/dev/x\",\"type\":\"c\",\"major\":1,\"minor\":5,\"fileMode\":432,\"uid\":0,\"gid\":5},"
                + "{\"path\":\"/rel/a\",\"type\":\"c\",\"major\":9,\"minor\":1,\"fileMode\":432,\"uid\":0,\"gid\":5},"
                + "{\"path\":\"/rel/b\",\"type\":\"c\",\"major\":9,\"minor\":2,\"fileMode\":432,\"uid\":0,\"gid\":5}]");
    List<String> rules = new ArrayList<>();
    linux.at("/resources/devices").forEach(rule -> rules.add(rule.toString()));
    assertThat(rules.subList(8, rules.size()))
        .containsExactly(
            "{\"allow\":true,\"type\":\"c\",\"major\":1,\"minor\":5,\"access\":\"rw\"}",
            "{\"allow\":true,\"type\":\"c\",\"major\":9,\"minor\":1,\"access\":\"rwm\"}",
            "{\"allow\":true,\"type\":\"c\",\"major\":9,\"minor\":2,\"access\":\"rwm\"}",
            "{\"allow\":true,\"type\":\"c\",\"major\":13,\"access\":\"rwm\"}",
            "{\"allow\":true,\"type\":\"a\",\"access\":\"r\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'resources':{'devices':[{'pathOnHost':'/dev/nope','cgroupPermissions':'r'}]}}|error"
            + " gathering device information while adding custom device \"/dev/nope\": no such file"
            + " or directory",
        "{'resources':{'devices':[{'pathOnHost':'/etc/passwd','cgroupPermissions':'r'}]}}|error"
            + " gathering device information while adding custom device \"/etc/passwd\": not a"
            + " device node",
        "{'resources':{'deviceCgroupRules':['c 1:3']}}|invalid device cgroup rule format: 'c 1:3'",
        "{'resources':{'deviceCgroupRules':['x 1:3 r']}}|invalid device cgroup rule format: 'x 1:3"
            + " r'",
        "{'resources':{'deviceCgroupRules':['c 1:99999999999999999999 r']}}|invalid device cgroup"
            + " rule format: 'c 1:99999999999999999999 r'",
        "{'resources':{'deviceRequests':[{'driver':'nvidia','count':-1,'capabilities':[['gpu','x']]}]}}|could"
            + " not select device driver \"nvidia\" with capabilities: [[gpu x]]",
        "{'resources':{'deviceRequests':[{'driver':'cdi','deviceIDs':['v/c=d']}]}}|CDI device"
            + " injection failed: unresolvable CDI devices v/c=d",
        "{'resources':{'blkioDeviceReadBps':[{'path':'/dev/nope','rate':1}]}}|stat /dev/nope: no"
            + " such file or directory",
        "{'resources':{'ulimits':[{'name':'nosuch','soft':1,'hard':1}]}}|failed to create task for"
            + " container: failed to create shim task: OCI runtime create failed: runc create"
            + " failed: wrong rlimit value: RLIMIT_NOSUCH",
        "{'resources':{'ulimits':[{'name':'nofile','soft':3,'hard':4096}]}}|failed to create task"
            + " for container: failed to create shim task: OCI runtime create failed: runc create"
            + " failed: error setting rlimits for ready process: error setting rlimit type 7:"
            + " operation not permitted",
        "{'resources':{'ulimits':[{'name':'nofile','soft':3,'hard':2}]}}|failed to create task for"
            + " container: failed to create shim task: OCI runtime create failed: runc create"
            + " failed: error setting rlimits for ready process: error setting rlimit type 7:"
            + " invalid argument",
        "{'resources':{'devices':[{'pathOnHost':'/dev/one','cgroupPermissions':'foo'}]}}|failed to"
            + " create task for container: failed to create shim task: OCI runtime create failed:"
            + " runc create failed: device /dev/one: access 'foo' is not made of r, w and m",
        "{'resources':{'cpuShares':1}}|failed to create task for container: failed to create shim"
            + " task: OCI runtime create failed: runc create failed: the minimum allowed cpu-shares"
            + " is 2",
        "{'tmpfs':{'/x':'foo'}}|invalid tmpfs option \"foo\"",
        "{'securityOpt':['seccomp=/tmp/x.json']}|Decoding seccomp profile failed: ",
      })
  void whatCannotBeGiven(String hostConfig, String message) {
    assertThatThrownBy(() -> spec("{'cmd':['x']}", hostConfig))
        .hasMessageStartingWith(message)
        .extracting(e -> ((EngineException) e).kind())
        .isEqualTo(EngineException.Kind.SYSTEM);
  }

  @Test
  void limitsOfProcessesEndWhereTheEnginesEnd() {
    JsonNode limits =
        spec(
                "{'cmd':['x']}",
                "{'resources':{'ulimits':[{'name':'core','soft':-1,'hard':-1},{'name':'nproc','soft':5,'hard':6}]}}",
                "--default-ulimit",
                "nproc=1:2",
                "--default-ulimit",
                "nofile=123:4096")
            .at("/process/rlimits");
    assertThat(limits.toString())
        .contains("{\"type\":\"RLIMIT_NOFILE\",\"hard\":1024,\"soft\":123}")
        .contains(
            "{\"type\":\"RLIMIT_CORE\",\"hard\":18446744073709551615,\"soft\":18446744073709551615}")
        .contains("{\"type\":\"RLIMIT_NPROC\",\"hard\":6,\"soft\":5}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'sysctls':{'vm.swappiness':'5'}}|sysctl \"vm.swappiness\" is not in a separate kernel"
            + " namespace",
        "{'sysctls':{'':'5'}}|sysctl \"\" is not in a separate kernel namespace",
        "{'sysctls':{'net..core':'5'}}|sysctl \"net..core\" is not in a separate kernel namespace",
        "{'sysctls':{'net.core/../../kernel.core_pattern':'/x'}}|sysctl"
            + " \"net.core/../../kernel.core_pattern\" is not in a separate kernel namespace",
        "{'sysctls':{'kernel.hostname':'x'}}|sysctl \"kernel.hostname\" is not allowed as it"
            + " conflicts with the OCI \"hostname\" field",
        "{'ipcMode':'host','sysctls':{'kernel.shmmax':'5'}}|sysctl \"kernel.shmmax\" is not allowed"
            + " in the hosts ipc namespace",
        "{'utsMode':'host','sysctls':{'kernel.domainname':'x'}}|sysctl \"kernel.domainname\" is not"
            + " in a separate kernel namespace",
      })
  void parametersThatAreNotTheContainers(String hostConfig, String message) {
    assertThatThrownBy(() -> spec("{'cmd':['x']}", hostConfig)).hasMessageEndingWith(message);
  }

  @Test
  void parameters() {
    JsonNode sysctl =
        spec(
                "{'cmd':['x'],'domainname':'dom.test'}",
                "{'sysctls':{'net/core/somaxconn':'7','kernel.shmmax':'5','fs.mqueue.msg_max':'6','net.ipv4.ip_unprivileged_port_start':'99'}}")
            .at("/linux/sysctl");
    assertThat(sysctl.toString())
        .isEqualTo(
            "{\"fs.mqueue.msg_max\":\"6\",\"kernel.domainname\":\"dom.test\",\"kernel.shmmax\":\"5\",\"net.core.somaxconn\":\"7\",\"net.ipv4.ip_unprivileged_port_start\":\"99\",\"net.ipv4.ping_group_range\":\"0"
                + " 2147483647\"}");
  }

  @ParameterizedTest
  @CsvSource({
    "foo,/foo/" + Spec.ID,
    "/foo/bar,/foo/bar/" + Spec.ID,
    "../../x,/x/" + Spec.ID,
  })
  void cgroupParent(String parent, String path) {
    assertThat(
            spec("{'cmd':['x']}", "{'resources':{'cgroupParent':'" + parent + "'}}")
                .at("/linux/cgroupsPath")
                .asString())
        .isEqualTo(path);
  }

  @Test
  void init() {
    JsonNode spec =
        spec("{'cmd':['x'],'entrypoint':['e']}", "{'init':true}", "--init-path", "/opt/tini");
    assertThat(strings(spec.at("/process/args")))
        .containsExactly("/sbin/docker-init", "--", "e", "x");
    assertThat(mount(spec, "/sbin/docker-init").get("source").asString()).isEqualTo("/opt/tini");
    assertThat(strings(spec("{'cmd':['x']}", "{'init':true,'pidMode':'host'}").at("/process/args")))
        .containsExactly("x");
  }

  @Test
  void systemPathsUnconfined() {
    JsonNode linux = spec("{'cmd':['x']}", "{'maskedPaths':[],'readonlyPaths':[]}").get("linux");
    assertThat(linux.get("maskedPaths")).isEmpty();
    assertThat(linux.get("readonlyPaths")).isEmpty();
  }

  @Test
  void seccompAndPrivileges() {
    assertThat(spec("{'cmd':['x']}", "{}").at("/linux").has("seccomp")).isTrue();
    assertThat(
            spec("{'cmd':['x']}", "{'securityOpt':['seccomp=unconfined']}")
                .at("/linux")
                .has("seccomp"))
        .isFalse();
    assertThat(
            spec("{'cmd':['x']}", "{'privileged':true,'securityOpt':['seccomp=builtin']}")
                .at("/linux")
                .has("seccomp"))
        .isTrue();
    assertThat(
            spec("{'cmd':['x']}", "{'securityOpt':['no-new-privileges']}")
                .at("/process/noNewPrivileges")
                .asBoolean())
        .isTrue();
    assertThat(
            spec(
                    "{'cmd':['x']}",
                    "{'securityOpt':['no-new-privileges=false']}",
                    "--no-new-privileges")
                .at("/process/noNewPrivileges")
                .asBoolean())
        .isFalse();
  }
}
