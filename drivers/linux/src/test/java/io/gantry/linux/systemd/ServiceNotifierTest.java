package io.gantry.linux.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceNotifierTest {

  /** A stand-in for systemd: binds the datagram socket, prints one message. */
  private static final String LISTENER =
      """
      import socket, sys
      s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      name = sys.argv[1]
      s.bind(chr(0) + name[1:] if name[0] == "@" else name)
      s.settimeout(20)
      print("bound", flush=True)
      print(s.recv(4096).decode(), flush=True)
      """;

  @TempDir Path directory;

  @Test
  void tellsThatTheServiceIsReadyAtAPath() throws Exception {
    assertThat(heard(directory.resolve("notify").toString()))
        .isEqualTo("READY=1\nMAINPID=" + ProcessHandle.current().pid());
  }

  @Test
  void tellsThatTheServiceIsReadyAtAnAbstractName() throws Exception {
    assertThat(heard("@gantry-test-" + System.nanoTime())).startsWith("READY=1\n");
  }

  @Test
  void saysWhenNobodyListens() {
    assertThat(new ServiceNotifier(Optional.of(directory.resolve("none").toString())).ready())
        .isFalse();
    assertThat(new ServiceNotifier(Optional.of("@" + "x".repeat(200))).stopping()).isFalse();
  }

  @Test
  void doesNothingWithoutAServiceNotifier() {
    assertThat(new ServiceNotifier(Optional.empty()).ready()).isFalse();
    assertThat(new ServiceNotifier(Optional.of("vsock:2:1234")).ready()).isFalse();
  }

  private String heard(String address) throws Exception {
    Path script = Files.writeString(directory.resolve("listener.py"), LISTENER);
    Process listener =
        new ProcessBuilder("python3", script.toString(), address)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (var output = listener.inputReader()) {
      assertThat(output.readLine()).isEqualTo("bound");
      assertThat(new ServiceNotifier(Optional.of(address)).ready()).isTrue();
      String message = String.join("\n", output.readAllLines());
      assertThat(listener.waitFor(20, TimeUnit.SECONDS)).isTrue();
      return message;
    } finally {
      listener.destroyForcibly();
    }
  }
}
