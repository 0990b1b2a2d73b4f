package io.gantry.console.command;

import io.gantry.console.client.Daemon;
import io.gantry.console.client.Frames;
import io.gantry.console.client.Resource;
import io.gantry.linux.terminal.UserTerminal;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import org.jline.utils.Signals;

/**
 * The user's streams joined to those of a process in a container. With a terminal, keys pass
 * unchanged and the size follows the user's window; whatever happens, the user's terminal is left
 * as it was.
 */
final class ProcessStreams {

  private static final int BUFFER = 16 << 10;

  private final Session session;
  private final Daemon.Stream stream;
  private final boolean input;
  private final boolean tty;
  private final DetachKeys keys;
  private final Resource resize;

  /**
   * Streams to be joined.
   *
   * @param stream from which HTTP has gone
   * @param input whether the user's input goes to the process
   * @param tty whether the process has a terminal
   * @param resize where the size of the terminal is set, without the size
   */
  ProcessStreams(
      Session session,
      Daemon.Stream stream,
      boolean input,
      boolean tty,
      DetachKeys keys,
      Resource resize) {
    this.session = session;
    this.stream = stream;
    this.input = input;
    this.tty = tty;
    this.keys = keys;
    this.resize = resize;
  }

  /** Whether the user must sit at a terminal for this, and does not. */
  static boolean lacksTerminal(Session session, boolean input, boolean tty) {
    return input && tty && session.keyboard().isEmpty();
  }

  /**
   * Joins them until the output ends.
   *
   * @return false if the user detached: the process goes on
   */
  boolean join() throws IOException {
    Optional<UserTerminal> keyboard = tty && input ? session.keyboard() : Optional.empty();
    if (keyboard.isEmpty()) {
      transfer();
      return true;
    }
    try (UserTerminal.RawMode raw = keyboard.get().raw()) {
      Thread atExit = new Thread(() -> leave(raw));
      Runtime.getRuntime().addShutdownHook(atExit);
      transfer();
      Runtime.getRuntime().removeShutdownHook(atExit);
    }
    if (keys.complete()) {
      session.complain("read escape sequence");
      return false;
    }
    return true;
  }

  private static void leave(UserTerminal.RawMode raw) {
    try {
      raw.close();
    } catch (IOException e) {
      // The terminal has gone, and its mode with it.
    }
  }

  private void transfer() throws IOException {
    Object windowBefore = null;
    if (tty) {
      follow();
      windowBefore = Signals.register("WINCH", this::follow);
    }
    Session.InputHandle source = input ? session.openInput() : null;
    Thread reader = null;
    if (source != null) {
      reader = Thread.ofPlatform().daemon().name("input").start(() -> send(source.stream()));
    }
    try {
      InputStream body = stream.body();
      if (tty) {
        Frames.copyRaw(body, session.output());
      } else {
        Frames.copy(body, session.output(), session.errorOutput());
      }
    } finally {
      if (source != null && reader != null) {
        source.close(reader);
      }
      if (tty) {
        Signals.unregister("WINCH", windowBefore);
      }
    }
  }

  private void send(InputStream source) {
    try {
      OutputStream out = stream.connection().upstream();
      byte[] buffer = new byte[BUFFER];
      for (int count = source.read(buffer); count >= 0; count = source.read(buffer)) {
        keys.typed(buffer, count);
        out.write(buffer, 0, count);
      }
      stream.connection().endUpstream();
    } catch (IOException e) {
      // The process has closed its input or is gone: the end of its output tells.
    }
  }

  /** Gives the process's terminal the size of the user's. */
  private void follow() {
    session.screen().flatMap(UserTerminal::size).ifPresent(this::resize);
  }

  private void resize(UserTerminal.Size size) {
    try {
      session.daemon().post(resize.copy().with("h", size.rows()).with("w", size.columns()));
    } catch (IOException e) {
      // The process has ended meanwhile, or the next change of the window will do.
    }
  }
}
