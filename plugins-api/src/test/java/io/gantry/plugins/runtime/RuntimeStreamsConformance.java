package io.gantry.plugins.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every {@link RuntimeDriver} promises of standard streams, terminals and further processes.
 */
@Timeout(120)
public abstract class RuntimeStreamsConformance extends RuntimeDriverFixture {
  @Test
  void inputReachesTheProcessAndEnds() throws Exception {
    TestContainer c = container().withStdin().withShell("cat; echo done");
    var _ = driver.create(c.spec());
    Output output = new Output();
    Attachment connection = driver.attach(c.id(), output);
    connection.write(utf8("early "));
    driver.start(c.id());
    connection.write(utf8("late\n"));
    output.awaitText("early late\n");
    connection.closeInput();
    assertThat(output.awaitEnd().out()).isEqualTo("early late\ndone\n");
    assertThat(awaitExit(c.id()).exitCode()).isZero();
  }

  @Test
  void withoutStdinTheProgramReadsNothing() throws Exception {
    TestContainer c = container().withShell("cat; echo done");
    assertThat(run(c).awaitEnd().out()).isEqualTo("done\n");
  }

  @Test
  void terminalHasASize() throws Exception {
    TestContainer c =
        container().withTty().withShell("tty; stty size; read x; stty size; echo $x >&2");
    var _ = driver.create(c.spec());
    Output output = new Output();
    Attachment connection = driver.attach(c.id(), output);
    driver.resize(c.id(), 40, 100);
    driver.start(c.id());
    output.awaitText("40 100");
    for (int i = 0; i < 50; i++) {
      driver.resize(c.id(), 200 + i, 300 + i);
    }
    driver.resize(c.id(), 43, 103);
    connection.write(utf8("word\n"));
    assertThat(output.awaitEnd().out())
        .contains("/dev/pts/0\r\n")
        .contains("40 100\r\n")
        .contains("43 103\r\n")
        .contains("word\r\n");
    assertThat(output.err()).isEmpty();
    assertThat(awaitExit(c.id()).exitCode()).isZero();
  }

  @Test
  void manyMegabytesGoThroughUnchanged() throws Exception {
    TestContainer c = container().withStdin().withArgs("/bin/cat");
    var _ = driver.create(c.spec());
    MessageDigest sent = MessageDigest.getInstance("SHA-256");
    MessageDigest received = MessageDigest.getInstance("SHA-256");
    CountDownLatch end = new CountDownLatch(1);
    Attachment connection =
        driver.attach(
            c.id(),
            new OutputSink() {
              @Override
              public void output(Stream stream, ByteBuffer data) {
                received.update(data);
              }

              @Override
              public void end() {
                end.countDown();
              }
            });
    driver.start(c.id());
    byte[] block = new byte[1 << 20];
    Random random = new Random(1);
    for (int i = 0; i < 64; i++) {
      random.nextBytes(block);
      sent.update(block);
      connection.write(ByteBuffer.wrap(block));
    }
    connection.closeInput();
    assertThat(end.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(HexFormat.of().formatHex(received.digest()))
        .isEqualTo(HexFormat.of().formatHex(sent.digest()));
    assertThat(awaitExit(c.id()).exitCode()).isZero();
  }

  @Test
  void execRunsBesideTheProgram() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    run(c);
    Output output = new Output();
    Exec exec =
        driver.exec(
            c.id(),
            new ExecSpec(
                "e1",
                TestContainer.process("/bin/sh", "-c", "cat; echo err >&2; exit 5"),
                false,
                true,
                true),
            output);
    assertThat(driver.findExec(c.id(), "e1")).contains(exec);
    assertThat(driver.pids(c.id())).contains(exec.pid());
    Attachment streams = exec.streams().orElseThrow();
    streams.write(utf8("hello"));
    streams.closeInput();
    assertThat(exec.exit().get(30, TimeUnit.SECONDS)).isEqualTo(5);
    assertThat(output.awaitEnd().out()).isEqualTo("hello");
    assertThat(output.err()).isEqualTo("err\n");

    Exec detached =
        driver.exec(
            c.id(),
            new ExecSpec(
                "e2",
                TestContainer.process("/bin/sh", "-c", "echo x; exit 6"),
                false,
                false,
                false),
            new Output());
    assertThat(detached.exit().get(30, TimeUnit.SECONDS)).isEqualTo(6);
    assertNoFurtherExit(c.id());
  }

  @Test
  void execThatCannotStartSaysWhy() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    run(c);
    Output output = new Output();
    for (boolean attached : List.of(true, false)) {
      LaunchException failure =
          catchThrowableOfType(
              LaunchException.class,
              () ->
                  driver.exec(
                      c.id(),
                      new ExecSpec(
                          "e" + attached, TestContainer.process("nosuch"), false, false, attached),
                      output));
      assertThat(failure)
          .hasMessage(
              "OCI runtime exec failed: exec failed: unable to start container process: exec:"
                  + " \"nosuch\": executable file not found in $PATH");
      assertThat(failure.exitCode()).isEqualTo(127);
    }
    output.awaitEnd();
    assertThat(output.out() + output.err()).isEmpty();
    LaunchException failure =
        catchThrowableOfType(
            LaunchException.class,
            () ->
                driver.exec(
                    c.id(),
                    new ExecSpec("e3", TestContainer.process("/etc/passwd"), false, false, false),
                    output));
    assertThat(failure).hasMessageEndingWith("exec: \"/etc/passwd\": permission denied");
    assertThat(failure.exitCode()).isEqualTo(126);
  }

  @Test
  void whatAnExecLeavesBehindDoesNotHoldIt() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    run(c);
    Output output = new Output();
    Exec exec =
        driver.exec(
            c.id(),
            new ExecSpec(
                "e1",
                TestContainer.process("/bin/sh", "-c", "sleep 1000 & echo out"),
                false,
                false,
                true),
            output);
    assertThat(exec.exit().get(20, TimeUnit.SECONDS)).isZero();
    assertThat(output.awaitEnd().out()).isEqualTo("out\n");
    assertThat(driver.pids(c.id())).hasSize(2);
  }

  @Test
  void execCanBeSignalled() throws Exception {
    TestContainer c = container().withArgs("/bin/sleep", "1000");
    run(c);
    Exec exec =
        driver.exec(
            c.id(),
            new ExecSpec("e1", TestContainer.process("/bin/sleep", "1000"), false, false, false),
            new Output());
    assertThat(exec.signal(SIGKILL)).isTrue();
    assertThat(exec.exit().get(20, TimeUnit.SECONDS)).isEqualTo(137);
    assertThat(exec.signal(SIGKILL)).as("its number may be another's").isFalse();
  }
}
