package io.gantry.linux.cgroup;

import com.sun.jna.Function;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** A program with many threads that becomes another ({@code execve}) when it is told. */
final class ManyThreads {

  private static final int THREADS = 300;

  private ManyThreads() {}

  static Process start() throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            ManyThreads.class.getName());
    Process program =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    if (program.getInputStream().read() < 0) {
      throw new IOException("the program did not start");
    }
    return program;
  }

  /** Returns when it is about to begin. */
  static void becomeAnother(Process program) throws IOException {
    program.getOutputStream().write(1);
    program.getOutputStream().flush();
    if (program.getInputStream().read() < 0) {
      throw new IOException("the program has ended");
    }
  }

  public static void main(String[] arguments) throws IOException {
    for (int i = 0; i < THREADS; i++) {
      Thread.ofPlatform().daemon().start(LockSupport::park);
    }
    Function exec = Function.getFunction("c", "execv");
    System.out.write(1);
    System.out.flush();
    if (System.in.read() > 0) {
      System.out.write(1);
      System.out.flush();
      exec.invokeInt(new Object[] {"/bin/sleep", new String[] {"sleep", "1000"}});
    }
  }
}
