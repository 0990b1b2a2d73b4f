package io.gantry.linux.terminal;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UserTerminalTest {

  @Test
  void whatIsNoTerminalIsNone() {
    assertThat(UserTerminal.at(9999)).isEmpty();
  }

  /** script(1) gives a process a terminal; this process is {@link Sitting}. */
  @Test
  void rawModeTakesEveryKeyAndLeavesTheModeAsItWas(@TempDir Path directory) throws Exception {
    Path result = directory.resolve("result");
    String java =
        String.join(
            " ",
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            "'" + Sitting.class.getName() + "'",
            result.toString());
    String before = "stty rows 33 cols 77; stty -g >" + directory.resolve("before");
    String after = "stty -g >" + directory.resolve("after");
    Process script =
        new ProcessBuilder("script", "-qec", before + "; " + java + "; " + after, "/dev/null")
            .redirectErrorStream(true)
            .start();
    var output = script.getInputStream();
    StringBuilder seen = new StringBuilder();
    while (seen.indexOf("ready") < 0) {
      int b = output.read();
      assertThat(b).as("output so far: %s", seen).isNotNegative();
      seen.append((char) b);
    }
    // In the usual mode the first would interrupt, the second would be echoed, the third become \n.
    script.outputWriter().append("\u0003x\r").flush();
    output.transferTo(OutputStream.nullOutputStream());
    assertThat(script.waitFor(30, TimeUnit.SECONDS)).isTrue();

    assertThat(Files.readAllLines(result)).containsExactly("33x77", "[3, 120, 13]", "-1");
    assertThat(Files.readString(directory.resolve("after")))
        .isEqualTo(Files.readString(directory.resolve("before")));
  }

  /** What runs in the terminal: says its size, three keys, and what an interrupted read gives. */
  static final class Sitting {
    public static void main(String[] arguments) throws Exception {
      UserTerminal terminal = UserTerminal.at(0).orElseThrow();
      UserTerminal.Size size = terminal.size().orElseThrow();
      InterruptibleInput input = new InterruptibleInput(0);
      try (UserTerminal.RawMode raw = terminal.raw()) {
        System.out.write("ready".getBytes(UTF_8));
        System.out.flush();
        List<Integer> keys = List.of(input.read(), input.read(), input.read());
        CompletableFuture<Integer> next = new CompletableFuture<>();
        Thread reader =
            Thread.ofPlatform()
                .start(
                    () -> {
                      try {
                        next.complete(input.read());
                      } catch (IOException e) {
                        next.completeExceptionally(e);
                      }
                    });
        input.interrupt();
        reader.join();
        Files.write(
            Path.of(arguments[0]),
            List.of(size.rows() + "x" + size.columns(), keys.toString(), next.get().toString()));
      } finally {
        input.close();
      }
    }
  }
}
