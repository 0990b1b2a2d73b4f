package io.gantry.console.command;

import io.gantry.console.client.Daemon;
import io.gantry.linux.terminal.InterruptibleInput;
import io.gantry.linux.terminal.UserTerminal;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What a command works with: the daemon and the streams of the user.
 *
 * @param input opened once by a command that reads
 */
public record Session(Daemon daemon, PrintStream out, PrintStream err, InputSource input) {

  private static final int STDIN = 0;
  private static final int STDOUT = 1;
  private static final int BUFFER = 16 << 10;

  /** Where the input of this process is read. */
  public sealed interface InputSource {

    /** The process ends with the command: nobody reads after it. */
    record OfProcess() implements InputSource {}

    /** There will be another command: what this one leaves is for that one. */
    record Shared() implements InputSource {}

    /** Given bytes; there is no terminal. */
    record Given(InputStream stream) implements InputSource {}
  }

  /** The streams of this process, in UTF-8 whatever the locale says. */
  public static Session ofProcess(Daemon daemon, InputSource input) {
    return new Session(
        daemon, print(FileDescriptor.out, false), print(FileDescriptor.err, true), input);
  }

  private static PrintStream print(FileDescriptor descriptor, boolean flush) {
    OutputStream out = new FileOutputStream(descriptor);
    return new PrintStream(new BufferedOutputStream(out, BUFFER), flush, StandardCharsets.UTF_8);
  }

  /** The terminal the user types at, if that is where input comes from. */
  Optional<UserTerminal> keyboard() {
    return input instanceof InputSource.Given ? Optional.empty() : UserTerminal.at(STDIN);
  }

  /** The terminal the user looks at. */
  Optional<UserTerminal> screen() {
    return input instanceof InputSource.Given ? Optional.empty() : UserTerminal.at(STDOUT);
  }

  /** Opens the input. */
  InputHandle openInput() throws IOException {
    return switch (input) {
      case InputSource.Given given -> new InputHandle(given.stream(), Optional.empty());
      case InputSource.OfProcess process ->
          new InputHandle(new FileInputStream(FileDescriptor.in), Optional.empty());
      case InputSource.Shared shared -> {
        InterruptibleInput stream = new InterruptibleInput(STDIN);
        yield new InputHandle(stream, Optional.of(stream));
      }
    };
  }

  /**
   * The input of a command.
   *
   * @param interruptible the same, where somebody else will read after the command
   */
  record InputHandle(InputStream stream, Optional<InterruptibleInput> interruptible) {

    /** Leaves what has not been read to the next reader; waits for the thread that reads. */
    void close(Thread reader) {
      if (interruptible.isEmpty()) {
        return;
      }
      interruptible.get().interrupt();
      try {
        reader.join();
        interruptible.get().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Standard output, for streams: a write fails when nobody reads any more. */
  OutputStream output() {
    return new Checked(out);
  }

  /** Standard error, in the same way. */
  OutputStream errorOutput() {
    return new Checked(err);
  }

  /** What {@link PrintStream} only remembers, this says. */
  private static final class Checked extends OutputStream {

    private final PrintStream target;

    Checked(PrintStream target) {
      this.target = target;
    }

    @Override
    public void write(int b) {
      target.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      target.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      if (target.checkError()) {
        throw new BrokenOutputException();
      }
    }
  }

  void println(String line) {
    out.print(line + "\n");
  }

  void complain(String line) {
    err.print(line + "\n");
    err.flush();
  }
}
