package io.gantry.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.gantry.console.client.Daemon;
import io.gantry.console.client.DaemonAddress;
import io.gantry.console.command.Commands;
import io.gantry.console.command.Session;
import io.gantry.testing.Distribution;
import io.gantry.testing.TestDaemon;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The commands against a daemon, and the console as a process of its own in a terminal. */
@Timeout(120)
class ConsoleTest {

  private static TestDaemon daemon;

  @BeforeAll
  static void start() throws Exception {
    daemon = new TestDaemon("--bridge", "none", "--iptables=false", "--ip-forward=false");
    daemon.start().withBusybox();
  }

  @AfterAll
  static void stop() throws Exception {
    daemon.close();
  }

  @AfterEach
  void removeContainers() {
    for (String id : gantry("ps", "-aq").out().lines().toList()) {
      gantry("rm", "-f", id);
    }
  }

  private record Result(int status, String out, String err) {}

  private static Result gantry(String... words) {
    return gantry(new byte[0], words);
  }

  private static Result gantry(byte[] input, String... words) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    Session session =
        new Session(
            new Daemon(new DaemonAddress.Unix(daemon.socket())),
            new PrintStream(out, false, UTF_8),
            new PrintStream(err, false, UTF_8),
            new Session.InputSource.Given(new ByteArrayInputStream(input)));
    int status = Commands.run(session, List.of(words));
    return new Result(status, out.toString(UTF_8), err.toString(UTF_8));
  }

  @Test
  void runGivesOutputErrorAndStatus() {
    assertThat(gantry("run", "--rm", "busybox", "sh", "-c", "echo out; echo err >&2; exit 7"))
        .isEqualTo(new Result(7, "out\n", "err\n"));
    assertThat(gantry("ps", "-aq").out()).isEmpty();
  }

  @Test
  void runPassesInputOnByteForByte() {
    byte[] input = new byte[3 << 20];
    new Random(1).nextBytes(input);
    String expected = sha256(input);
    assertThat(gantry(input, "run", "-i", "--rm", "busybox", "sha256sum").out())
        .startsWith(expected);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void runSaysAsAShellWhatDoesNotStart() {
    Result missing = gantry("run", "--rm", "busybox", "nosuch");
    assertThat(missing.status()).isEqualTo(127);
    assertThat(missing.err()).startsWith("gantry: Error response from daemon: ").hasLineCount(1);
    assertThat(gantry("run", "--rm", "busybox", "/etc").status()).isEqualTo(126);
    assertThat(gantry("run", "--pull", "never", "nosuch").status()).isEqualTo(125);
  }

  @Test
  void runTakesItsOptions(@TempDir Path directory) throws Exception {
    Files.writeString(directory.resolve("file"), "content");
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Result result =
        gantry(
            "run",
            "--rm",
            "--name",
            "named",
            "-e",
            "A=1",
            "-v",
            directory + ":/x:ro",
            "-w",
            "/tmp",
            "-u",
            "1000:1000",
            "--network",
            "none",
            "-h",
            "host",
            "--entrypoint",
            "sh",
            "busybox",
            "-c",
            "echo $A $(cat /x/file) $(pwd) $(id -u):$(id -g) $(hostname); touch /x/y || echo ro");
    assertThat(result)
        .extracting(Result::status, Result::out)
        .containsExactly(0, "1 content /tmp 1000:1000 host\nro\n");
  }

  @Test
  void runEndsWhenNobodyReadsItsOutput() {
    OutputStream closed =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("Broken pipe");
          }
        };
    Session session =
        new Session(
            new Daemon(new DaemonAddress.Unix(daemon.socket())),
            new PrintStream(closed, false, UTF_8),
            new PrintStream(OutputStream.nullOutputStream()),
            new Session.InputSource.Given(new ByteArrayInputStream(new byte[0])));
    assertThat(Commands.run(session, List.of("run", "busybox", "yes"))).isEqualTo(141);
  }

  @Test
  void theLifeOfAContainer() {
    Result run =
        gantry(
            "run", "-d", "--name", "web", "-l", "a=b", "busybox", "sh", "-c", "echo up; sleep 100");
    assertThat(run.status()).isZero();
    String id = run.out().strip();
    assertThat(id).hasSize(64);

    assertThat(gantry("ps").out().lines())
        .hasSize(2)
        .anySatisfy(line -> assertThat(line).startsWith("CONTAINER ID   IMAGE     COMMAND"))
        .anySatisfy(
            line ->
                assertThat(line)
                    .startsWith(id.substring(0, 12) + "   busybox   \"sh -c 'echo up; sle…\"")
                    .endsWith("web"));
    assertThat(gantry("ps", "-q", "--no-trunc").out()).isEqualTo(id + "\n");
    assertThat(gantry("ps", "-f", "name=nosuch", "-q").out()).isEmpty();
    assertThat(gantry("ps", "--format", "{{.Names}} {{.State}} {{.Labels}}").out())
        .isEqualTo("web running a=b\n");
    assertThat(gantry("inspect", "-f", "{{.State.Running}} {{json .Config.Labels}}", "web").out())
        .isEqualTo("true {\"a\":\"b\"}\n");

    assertThat(
            gantry("exec", "-e", "B=2", "-w", "/tmp", "web", "sh", "-c", "echo $B $(pwd); exit 3"))
        .isEqualTo(new Result(3, "2 /tmp\n", ""));
    assertThat(gantry("in".getBytes(UTF_8), "exec", "-i", "web", "cat").out()).isEqualTo("in");
    assertThat(gantry("logs", "web").out()).isEqualTo("up\n");
    assertThat(gantry("logs", "--tail", "0", "web").out()).isEmpty();

    assertThat(gantry("rm", "web").status()).isEqualTo(1);
    assertThat(gantry("stop", "-t", "0", "web")).isEqualTo(new Result(0, "web\n", ""));
    assertThat(gantry("ps", "-a", "--format", "{{.Status}}").out()).startsWith("Exited (137) ");
    assertThat(gantry("start", "web").out()).isEqualTo("web\n");
    assertThat(gantry("rm", "-f", "web").out()).isEqualTo("web\n");
    assertThat(
            gantry(
                    "events",
                    "--since",
                    "1h",
                    "--until",
                    "0s",
                    "-f",
                    "container=" + id,
                    "--format",
                    "{{.Action}}")
                .out()
                .lines())
        .startsWith("create", "start")
        .endsWith("destroy");
  }

  @Test
  void startCanAttach() {
    gantry("run", "-d", "--name", "again", "busybox", "sh", "-c", "sleep 0.1; echo ran; exit 4");
    gantry("stop", "again");
    assertThat(gantry("start", "-a", "again")).isEqualTo(new Result(4, "ran\n", ""));
  }

  @Test
  void imagesAreListedAndRemoved() throws Exception {
    daemon.client().post("/images/busybox/tag?repo=second&tag=1").expectOk();
    assertThat(gantry("images", "--format", "{{.Repository}}:{{.Tag}}").out().lines())
        .containsExactlyInAnyOrder("busybox:latest", "second:1");
    assertThat(gantry("images", "second", "-q").out()).hasLineCount(1);
    assertThat(gantry("rmi", "second:1").out()).isEqualTo("Untagged: second:1\n");
    assertThat(gantry("images").out()).startsWith("REPOSITORY   TAG").hasLineCount(2);
  }

  @Test
  void whatIsMissingIsNamed() {
    assertThat(gantry("rm", "nosuch"))
        .isEqualTo(new Result(1, "", "Error response from daemon: No such container: nosuch\n"));
    assertThat(gantry("inspect", "nosuch"))
        .isEqualTo(new Result(1, "[]\n", "Error: No such object: nosuch\n"));
    assertThat(gantry("ps", "--foo"))
        .isEqualTo(new Result(125, "", "unknown flag: --foo. See 'gantry ps --help'.\n"));
    assertThat(gantry("pull", "localhost:1/none").status()).isEqualTo(1);
    assertThat(gantry("run", "-it", "busybox"))
        .isEqualTo(new Result(1, "", "the input device is not a TTY\n"));
  }

  @Test
  void theDaemonDescribesItself() {
    assertThat(gantry("info").out()).contains("Storage Driver: overlay2\n", "Images: 1\n");
    assertThat(gantry("info", "-f", "{{.Driver}}").out()).isEqualTo("overlay2\n");
    assertThat(gantry("version").out()).contains("Client:\n", "Server:\n", " Engine:\n");
    assertThat(gantry("doctor").out())
        .contains("ok    conmon: ", "ok    socket: ", "ok    daemon: version ");
  }

  @Test
  void doctorNamesTheRepair() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    Session session =
        new Session(
            new Daemon(new DaemonAddress.Unix(Path.of("/nosuch/socket"))),
            new PrintStream(out, false, UTF_8),
            new PrintStream(OutputStream.nullOutputStream()),
            new Session.InputSource.Given(new ByteArrayInputStream(new byte[0])));
    assertThat(Commands.run(session, List.of("doctor"))).isEqualTo(1);
    assertThat(out.toString(UTF_8))
        .contains("FAIL  socket: /nosuch/socket does not exist; repair: start the daemon");
  }

  @Test
  void aTerminalGoesThrough() throws Exception {
    try (Typist typist = new Typist("run", "-it", "--rm", "busybox", "sh")) {
      typist.await("# ");
      typist.type("stty size\r");
      typist.await("31 97");
      typist.type("echo a-$((1+1))\r");
      typist.await("a-2");
      typist.type("exit 5\r");
      assertThat(typist.end()).isEqualTo(5);
    }
  }

  @Test
  void detachKeysLeaveTheContainerRunning() throws Exception {
    try (Typist typist = new Typist("run", "-it", "--name", "left", "busybox", "sh")) {
      typist.await("# ");
      typist.type("\u0010\u0011");
      typist.await("read escape sequence");
      assertThat(typist.end()).isZero();
    }
    assertThat(gantry("ps", "--format", "{{.Names}}").out()).isEqualTo("left\n");
  }

  @Test
  void theShellCompletesAndRuns() throws Exception {
    gantry("run", "-d", "--name", "completed", "busybox", "sleep", "100");
    try (Typist typist = new Typist()) {
      typist.await("gantry> ");
      typist.type("ps --format {{.Names}}/{{.Image}}\r");
      typist.await("completed/busybox");
      typist.await("gantry> ");
      typist.type("exec compl\tsh -c 'echo in-$((40+2))'\r");
      typist.await("in-42");
      typist.await("gantry> ");
      // A program in the terminal takes the keys meant for it, and none after it.
      typist.type("exec -it completed sh\r");
      typist.await("# ");
      typist.type("exit\r");
      typist.await("gantry> ");
      typist.type("logs -f completed\r");
      typist.await("\u001b[?2004l");
      TimeUnit.MILLISECONDS.sleep(500);
      typist.type("\u0003");
      typist.await("gantry> ");
      typist.type("nosuch\r");
      typist.await("unknown command: nosuch");
      typist.await("gantry> ");
      typist.type("exit\r");
      assertThat(typist.end()).isZero();
    }
  }

  /** The console in a terminal of 31 rows and 97 columns, which script(1) makes. */
  private static final class Typist implements AutoCloseable {

    private final Process script;
    private final BufferedReader output;
    private final StringBuilder seen = new StringBuilder();

    Typist(String... words) throws IOException {
      List<String> command = Distribution.console();
      command.addAll(List.of("-H", "unix://" + daemon.socket()));
      command.addAll(List.of(words));
      ProcessBuilder builder =
          new ProcessBuilder(
                  "script",
                  "-qec",
                  "stty rows 31 cols 97; exec " + String.join(" ", command),
                  "/dev/null")
              .redirectErrorStream(true);
      builder.environment().put("TERM", "xterm");
      builder.environment().put("XDG_STATE_HOME", daemon.dataRoot().resolve("state").toString());
      script = builder.start();
      output = script.inputReader(UTF_8);
    }

    void type(String keys) throws IOException {
      script.outputWriter(UTF_8).append(keys).flush();
    }

    /** Reads until a text has come; what came before it is forgotten. */
    void await(String text) throws IOException {
      while (seen.indexOf(text) < 0) {
        int character = output.read();
        if (character < 0) {
          throw new AssertionError("the console ended before \"" + text + "\"; it said: " + seen);
        }
        seen.append((char) character);
      }
      seen.delete(0, seen.indexOf(text) + text.length());
    }

    int end() throws IOException, InterruptedException {
      output.transferTo(Writer.nullWriter());
      return script.waitFor();
    }

    @Override
    public void close() {
      script.destroyForcibly();
    }
  }
}
