package io.gantry.console.command;

import io.gantry.console.client.DaemonException;
import io.gantry.console.client.NoDaemonException;
import io.gantry.console.format.TemplateException;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.CommandLine;
import io.gantry.console.line.HelpText;
import io.gantry.console.line.UsageException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** All commands, and how one is called. The same for both modes of the console. */
public final class Commands {

  private static final int FAILED = 1;

  /** The status of {@code run} when the container was not made or not started. */
  private static final int NOT_RUN = 125;

  /** What a shell says of a program that SIGINT ended. */
  private static final int INTERRUPTED = 130;

  /** What a shell says of a program that SIGPIPE ended. */
  private static final int UNREAD = 141;

  private static final List<ConsoleCommand> ALL =
      Stream.of(
              Run.command(),
              Exec.command(),
              ListContainers.command(),
              Logs.command(),
              Lifecycle.start(),
              Lifecycle.stop(),
              Lifecycle.remove(),
              ListImages.command(),
              Pull.command(),
              RemoveImages.command(),
              Inspect.command(),
              Events.command(),
              Info.command(),
              Version.command(),
              Doctor.command())
          .toList();

  private Commands() {}

  /** What can be said. */
  public static List<CommandDefinition> definitions() {
    return ALL.stream().map(ConsoleCommand::definition).toList();
  }

  public static Optional<CommandDefinition> definition(String name) {
    return find(name).map(ConsoleCommand::definition);
  }

  private static Optional<ConsoleCommand> find(String name) {
    return ALL.stream().filter(command -> command.definition().name().equals(name)).findFirst();
  }

  /**
   * Runs a command. What goes wrong is told to the user on one line.
   *
   * @param words the command's name and what follows it
   * @return the exit status
   */
  public static int run(Session session, List<String> words) {
    String name = words.getFirst();
    Optional<ConsoleCommand> found = find(name);
    if (found.isEmpty()) {
      session.complain("gantry: unknown command: " + name + ". See 'gantry --help'.");
      return FAILED;
    }
    try {
      return run(session, found.get(), words.subList(1, words.size()));
    } catch (UsageException e) {
      session.complain(e.getMessage() + ". See 'gantry " + name + " --help'.");
      return e.status();
    } catch (TemplateException e) {
      session.complain(text(e));
      return FAILED;
    } catch (NoDaemonException e) {
      session.complain(text(e));
      return name.equals("run") ? NOT_RUN : FAILED;
    } catch (DaemonException e) {
      session.complain("Error response from daemon: " + text(e));
      return FAILED;
    } catch (ClosedChannelException e) {
      // Only an interruption closes a connection that is in use.
      return INTERRUPTED;
    } catch (BrokenOutputException e) {
      return UNREAD;
    } catch (IOException e) {
      session.complain("gantry: " + text(e));
      return FAILED;
    } finally {
      session.out().flush();
      session.err().flush();
    }
  }

  private static int run(Session session, ConsoleCommand command, List<String> words)
      throws IOException {
    Arguments arguments = CommandLine.parse(command.definition(), words);
    if (CommandLine.asksForHelp(arguments)) {
      session.out().print(HelpText.of(command.definition()));
      return 0;
    }
    return command.action().run(session, arguments);
  }

  private static String text(Exception e) {
    return Objects.requireNonNullElse(e.getMessage(), e.toString());
  }
}
