package io.gantry.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.testing.Containers;
import io.gantry.testing.EngineClient;
import io.gantry.testing.EngineClient.Answer;
import io.gantry.testing.TestDaemon;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/**
 * Holes other engines had, each tried on this one; docs/security.md says of each what closes it.
 * The runtimes are copies of the host's, so that a hole that opens again hits nobody else. The one
 * that takes longest is in {@link CopyRacesTest}.
 */
@Timeout(value = 240, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class KnownHolesTest {

  private static final String IMAGE = "holes:1";
  private static final String LINKED = "holes:proc";

  @TempDir private static Path programs;
  @TempDir private Path host;

  private static TestDaemon daemon;
  private static EngineClient client;
  private static Containers containers;
  private static Copies copies;

  @BeforeAll
  static void start() throws Exception {
    List<String> options = new ArrayList<>(List.of("--bridge", "none"));
    for (String runtime : List.of("crun", "runc")) {
      Path copy = programs.resolve(runtime);
      Files.copy(programOf(runtime), copy);
      Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rwxr-xr-x"));
      options.addAll(List.of("--add-runtime", "my-" + runtime + "=" + copy));
    }
    daemon = new TestDaemon(options.toArray(String[]::new));
    Files.setPosixFilePermissions(daemon.dataRoot(), PosixFilePermissions.fromString("rwxr-xr-x"));
    daemon.start().withBusybox();
    client = daemon.client();
    containers = new Containers(client);
    copies = new Copies(client);
    makeImage();
  }

  private static Path programOf(String name) throws IOException {
    for (String directory : List.of("/usr/bin", "/usr/sbin", "/usr/local/bin")) {
      Path program = Path.of(directory, name);
      if (Files.isExecutable(program)) {
        return program.toRealPath();
      }
    }
    throw new IOException("no " + name + " on this host");
  }

  /** An image full of traps. */
  private static void makeImage() throws IOException {
    String id = containers.create("image", "true");
    byte[] traps =
        new Tars()
            .symbolicLink("x", "/proc")
            .symbolicLink("w", "/proc/self/fd")
            .directory("lib", 0755)
            .directory("lib/x86_64-linux-gnu", 0755)
            .file("lib/x86_64-linux-gnu/libnss_files.so.2", "not a library")
            .file("lib/x86_64-linux-gnu/libnss_compat.so.2", "not a library")
            .file("etc/nsswitch.conf", "passwd: compat\ngroup: compat\n")
            .bytes();
    copies.put(id, "/", traps).expectOk();
    client.post("/commit?container=" + id + "&repo=holes&tag=1").expectOk();
    String busybox = Files.readString(Path.of("/bin/busybox"), StandardCharsets.ISO_8859_1);
    byte[] linked =
        new Tars()
            .directory("bin", 0755)
            .file("bin/busybox", busybox, entry -> entry.setMode(0755))
            .symbolicLink("bin/sh", "busybox")
            .symbolicLink("proc", "/evil/proc")
            .bytes();
    client
        .send("POST", "/images/create?fromSrc=-&repo=holes&tag=proc", "application/x-tar", linked)
        .expectOk();
  }

  @AfterAll
  static void end() throws Exception {
    daemon.close();
  }

  @AfterEach
  void removeAll() throws IOException {
    for (JsonNode container : client.get("/containers/json?all=1").json()) {
      client.delete("/containers/" + container.get("Id").asString() + "?force=1&v=1");
    }
  }

  /** What a container writes until it ends, or why it could not be started. */
  private static String output(Map<String, ?> config, Map<String, ?> host, String... command)
      throws IOException {
    String id = containers.create("o" + System.nanoTime(), config, host, command);
    Answer start = client.post("/containers/" + id + "/start");
    if (!start.ok()) {
      return start.json().get("message").asString();
    }
    client.post("/containers/" + id + "/wait").expectOk();
    return containers.log(id);
  }

  /** What a process in a running container writes, or why it could not be started. */
  private static String exec(String id, Map<String, ?> config, String... command)
      throws IOException {
    Map<String, Object> attached = new HashMap<>(config);
    attached.put("AttachStdout", true);
    attached.put("AttachStderr", true);
    Answer answer = client.post("/exec/" + containers.exec(id, attached, command) + "/start", "{}");
    return answer.ok() ? Containers.payload(answer.body()) : answer.text();
  }

  private static Map<String, ?> by(String runtime) {
    return Map.of("Runtime", runtime);
  }

  private static String sleeper(String runtime) throws IOException {
    return containers.run("s" + System.nanoTime(), Map.of(), by(runtime), "sleep", "600");
  }

  /** The engine loads nothing from a container whose files it copies. */
  @Test
  void cve_2019_14271_librariesOfTheContainer() throws Exception {
    String id =
        containers.run(
            "trapped", Map.of("Image", IMAGE, "User", "nobody"), Map.of(), "sleep", "600");
    byte[] tar = new Tars().file("f", "x").bytes();
    copies.put(id, "/tmp", tar, "&copyUIDGID=1").expectOk();
    copies.get(id, "/lib").expectOk();
    String pid = Files.readString(daemon.execRoot().resolve("gantry.pid")).strip();
    assertThat(Files.readString(Path.of("/proc", pid, "maps")))
        .doesNotContain(daemon.execRoot() + "/rootfs")
        .doesNotContain(daemon.dataRoot() + "/storage");
  }

  /**
   * While the runtime enters a container, a process in it looks what the one that enters has open.
   */
  @ParameterizedTest
  @ValueSource(strings = {"my-crun", "my-runc"})
  void cve_2016_9962_openFilesOfWhoEnters(String runtime) throws IOException {
    String script =
        "while :; do for p in /proc/[0-9]*; do"
            + " [ $p = /proc/1 ] || { read c <$p/comm; [ \"$c\" != usleep ] || echo entered;"
            + " for f in $p/fd/*; do readlink $f; done; }; done; done 2>/dev/null";
    String id = containers.run("looks", Map.of(), by(runtime), "sh", "-c", script);
    for (int i = 0; i < 20; i++) {
      exec(id, Map.of(), "usleep", "50000");
    }
    client.post("/containers/" + id + "/stop?t=0").expectOk();
    List<String> seen = containers.log(id).lines().distinct().toList();
    assertThat(seen).contains("entered");
    assertThat(seen)
        .allMatch(
            file -> file.equals("entered") || file.equals("/dev/null") || file.startsWith("pipe:"));
  }

  /** Nothing the runtime or the engine has open is open inside. */
  @ParameterizedTest
  @ValueSource(strings = {"my-crun", "my-runc"})
  void cve_2024_21626_openFiles(String runtime) throws IOException {
    String[] list = {"sh", "-c", "for f in /proc/self/fd/*; do readlink $f; done; true"};
    String id = sleeper(runtime);
    for (String files :
        List.of(
            output(Map.of(), by(runtime), list),
            exec(id, Map.of(), list),
            exec(id, Map.of("Privileged", true), list))) {
      assertThat(files.lines().filter(f -> !f.startsWith("pipe:") && !f.equals("/dev/null")))
          .isEmpty();
      assertThat(files.lines().count()).isLessThanOrEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"my-crun", "my-runc"})
  void cve_2024_21626_workingDirectories(String runtime) throws IOException {
    String id = containers.run("works", Map.of("Image", IMAGE), by(runtime), "sleep", "600");
    List<String> directories = new ArrayList<>(List.of("/w/8", "/dev/fd/8", "/proc/1/root"));
    for (int number = 3; number < 16; number++) {
      directories.add("/proc/self/fd/" + number);
      directories.add("/proc/self/fd/" + number + "/../../..");
    }
    for (String directory : directories) {
      Map<String, ?> config = Map.of("Image", IMAGE, "WorkingDir", directory);
      String why = "working directory \"" + directory + "\" is outside of the container";
      assertThat(exec(id, config, "pwd")).contains(why);
      String clean = Path.of(directory).normalize().toString(); // as it is kept
      assertThat(output(config, by(runtime), "pwd"))
          .contains(clean.equals(directory) ? why : clean);
    }
    assertThat(exec(id, Map.of("WorkingDir", "/proc/self"), "pwd")).startsWith("/proc/");
  }

  /** A process inside keeps the runtime's program open and writes to it once it has ended. */
  @ParameterizedTest
  @ValueSource(strings = {"crun", "runc"})
  void cve_2019_5736_theRuntimesProgram(String runtime) throws Exception {
    Path program = programs.resolve(runtime);
    String before = digest(program);
    String script =
        "while :; do for p in /proc/[0-9]*; do"
            + " [ $p = /proc/1 ] || ( exec 9<$p/exe && echo x >/proc/self/fd/9 ); done; done"
            + " 2>/dev/null";
    String id = containers.run("evil", Map.of(), by("my-" + runtime), "sh", "-c", script);
    for (int i = 0; i < 10; i++) {
      exec(id, Map.of(), "/proc/self/exe", "--version");
      exec(id, Map.of(), "true");
    }
    client.delete("/containers/" + id + "?force=1").expectOk();
    assertThat(digest(program)).isEqualTo(before);
  }

  private static String digest(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }

  /** A container in the host's network name space could reach them. */
  @Test
  void cve_2020_15257_abstractSockets() throws IOException {
    containers.run("net", Map.of(), Map.of("NetworkMode", "host"), "sleep", "600");
    Set<String> own = new HashSet<>();
    int processes = 0;
    try (var all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path process : all) {
        if (isOfTheDaemon(process)) {
          processes++;
          own.addAll(sockets(process));
        }
      }
    }
    assertThat(processes).as("daemon and monitor").isGreaterThanOrEqualTo(2);
    List<String> abstractOnes =
        Files.readAllLines(Path.of("/proc/net/unix")).stream()
            .filter(line -> line.contains(" @"))
            .filter(line -> own.contains(line.trim().split("\\s+")[6]))
            .toList();
    assertThat(abstractOnes).isEmpty();
  }

  private static boolean isOfTheDaemon(Path process) {
    try {
      String command = Files.readString(process.resolve("cmdline"), StandardCharsets.ISO_8859_1);
      return command.contains(daemon.dataRoot().toString());
    } catch (IOException e) {
      return false; // it has ended
    }
  }

  private static Set<String> sockets(Path process) {
    Set<String> inodes = new HashSet<>();
    try (var files = Files.newDirectoryStream(process.resolve("fd"))) {
      for (Path file : files) {
        String target = Files.readSymbolicLink(file).toString();
        if (target.startsWith("socket:[")) {
          inodes.add(target.substring(8, target.length() - 1));
        }
      }
    } catch (IOException e) {
      return inodes; // it has ended, or closed the file meanwhile
    }
    return inodes;
  }

  private static void requireRefused(String runtime, String option, Object mounts, String place)
      throws IOException {
    Map<String, ?> host = Map.of("Runtime", runtime, option, mounts);
    assertThat(output(Map.of("Image", IMAGE), host, "true"))
        .as(place)
        .contains("cannot be mounted because");
  }

  /** A link in the image leads a mount over /proc. */
  @ParameterizedTest
  @ValueSource(strings = {"my-crun", "my-runc"})
  void cve_2019_16884_linksToProc(String runtime) throws IOException {
    for (String place : List.of("/x", "/x/self/attr", "/x/sys/kernel")) {
      requireRefused(runtime, "Binds", List.of(host + ":" + place), place);
      Path channel = host.resolve("channel");
      requireRefused(
          runtime,
          "HostChannel",
          Map.of("PathOnHost", channel.toString(), "PathInContainer", place),
          place);
      assertThat(channel).doesNotExist();
    }
  }

  /** A volume takes the place of /proc, or /proc in the image is a link into a volume. */
  @ParameterizedTest
  @ValueSource(strings = {"my-crun", "my-runc"})
  void cve_2019_19921_volumesForProc(String runtime) throws IOException {
    for (String place : List.of("/proc", "/proc/sys", "/x", "/x/sys/kernel")) {
      requireRefused(runtime, "Binds", List.of("fake:" + place), place);
    }
    Map<String, ?> image = Map.of("Image", LINKED);
    Files.createDirectory(host.resolve("proc"));
    Map<String, ?> volume = Map.of("Runtime", runtime, "Binds", List.of(host + ":/evil"));
    assertThat(output(image, volume, "sh", "-c", "echo h >/proc/sys/kernel/hostname"))
        .containsAnyOf(
            "the target `/proc` is invalid: not a directory",
            "filesystem \"proc\" must be mounted on ordinary directory");
    assertThat(host.resolve("proc")).isEmptyDirectory();
  }

  /** What the runtime writes to /proc is led elsewhere by what is mounted there. */
  @ParameterizedTest
  @ValueSource(strings = {"my-crun", "my-runc"})
  void cve_2025_52881_writesToProc(String runtime) throws IOException {
    for (String place : List.of("/proc/self/attr", "/proc/sys/net", "/x/self/attr/exec")) {
      requireRefused(runtime, "Binds", List.of(host + ":" + place), place);
      requireRefused(runtime, "Tmpfs", Map.of(place, ""), place);
      requireRefused(
          runtime,
          "Mounts",
          List.of(Map.of("Type", "volume", "Source", "fake", "Target", place)),
          place);
    }
    String forward = "/proc/sys/net/ipv4/ip_forward";
    Map<String, ?> sysctl =
        Map.of("Runtime", runtime, "Sysctls", Map.of("net.ipv4.ip_forward", "1"));
    assertThat(output(Map.of("Image", IMAGE), sysctl, "cat", forward)).isEqualTo("1\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"my-crun", "my-runc"})
  void cve_2025_31133_theNullDeviceMasks(String runtime) throws IOException {
    Files.createSymbolicLink(host.resolve("null"), Path.of("/proc/version"));
    Map<String, ?> fake = Map.of("Runtime", runtime, "Binds", List.of(host + ":/dev"));
    assertThat(output(Map.of(), fake, "true")).contains("\"null\" in it is not the null device");
    String read = "for f in keys timer_list interrupts; do head -c 20 /proc/$f; done";
    assertThat(output(Map.of(), by(runtime), "sh", "-c", read)).isEmpty();
    assertThat(
            output(Map.of(), by(runtime), "sh", "-c", "echo h >/proc/sys/kernel/hostname").strip())
        .endsWith("Read-only file system");
  }

  @ParameterizedTest
  @ValueSource(strings = {"my-crun", "my-runc"})
  void cve_2025_52565_theConsole(String runtime) throws IOException {
    Map<String, ?> tty = Map.of("Tty", true);
    assertThat(output(tty, by(runtime), "stat", "-c", "%F %t", "/dev/console").strip())
        .isEqualTo("character special file 88");
    Files.createSymbolicLink(host.resolve("console"), Path.of("/proc/version"));
    Map<String, ?> fake = Map.of("Runtime", runtime, "Binds", List.of(host + ":/dev"));
    assertThat(output(tty, fake, "true")).contains("\"console\" in it is a link");
  }

  @ParameterizedTest
  @ValueSource(strings = {"my-crun", "my-runc"})
  void cve_2022_36109_thePrimaryGroupIsAmongTheOthers(String runtime) throws IOException {
    String[] groups = {"grep", "Groups", "/proc/self/status"};
    String id = sleeper(runtime);
    assertThat(output(Map.of("User", "nobody"), by(runtime), groups).strip())
        .isEqualTo("Groups:\t65534");
    assertThat(exec(id, Map.of("User", "nobody"), groups).strip()).isEqualTo("Groups:\t65534");
    assertThat(exec(id, Map.of("User", "7:8"), groups).strip()).isEqualTo("Groups:\t8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"my-crun", "my-runc"})
  void cve_2022_24769_inheritableCapabilities(String runtime) throws IOException {
    String[] sets = {"grep", "-E", "Cap(Inh|Amb)", "/proc/self/status"};
    String none = "CapInh:\t0000000000000000\nCapAmb:\t0000000000000000\n";
    String id = sleeper(runtime);
    for (String user : List.of("root", "nobody")) {
      assertThat(output(Map.of("User", user), by(runtime), sets)).isEqualTo(none);
      assertThat(exec(id, Map.of("User", user), sets)).isEqualTo(none);
      assertThat(exec(id, Map.of("User", user, "Privileged", true), sets)).isEqualTo(none);
    }
  }

  /** Whoever may not use the engine reaches no program in a container's files. */
  @Test
  void cve_2021_41091_unprivilegedUsersOfTheHost() throws Exception {
    containers.run("suid", "sleep", "600");
    for (Path place :
        List.of(
            daemon.dataRoot(),
            daemon.dataRoot().resolve("containers"),
            daemon.dataRoot().resolve("storage/overlay2/snapshots"),
            daemon.execRoot().resolve("rootfs"),
            daemon.execRoot().resolve("execs"),
            daemon.execRoot().resolve("shm"))) {
      assertThat(place).isDirectory();
      Process look =
          new ProcessBuilder(
                  "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "ls", "" + place)
              .redirectErrorStream(true)
              .start();
      String said = new String(look.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(look.waitFor()).as(said).isNotZero();
      assertThat(said).contains("Permission denied");
    }
  }
}
