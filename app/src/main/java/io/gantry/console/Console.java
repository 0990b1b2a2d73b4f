package io.gantry.console;

import io.gantry.console.client.Daemon;
import io.gantry.console.client.DaemonAddress;
import io.gantry.console.command.Commands;
import io.gantry.console.command.Session;
import io.gantry.console.command.Version;
import io.gantry.console.line.Arguments;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.CommandLine;
import io.gantry.console.line.Completion;
import io.gantry.console.line.HelpText;
import io.gantry.console.line.Operands;
import io.gantry.console.line.Option;
import io.gantry.console.line.UsageException;
import io.gantry.console.shell.Shell;
import java.util.List;
import java.util.Optional;

/**
 * The entry of the console: runs one command, or without words the interactive shell. One command
 * costs no Spring context; none of the daemon's classes is loaded.
 */
public final class Console {

  private static final int FAILED = 1;

  private static final CommandDefinition GANTRY =
      new CommandDefinition(
          "",
          "A container engine for one Linux host",
          Operands.program("[COMMAND [ARG...]]", 0, Completion.COMMAND),
          List.of(
              Option.value(
                  "H|host", "string", "Daemon socket, else $GANTRY_HOST, else $DOCKER_HOST"),
              Option.flag("v|version", "Print version information and quit")));

  private Console() {}

  /**
   * Runs the command the words say.
   *
   * @return the exit status
   */
  public static int run(List<String> words) {
    try {
      return dispatch(words);
    } catch (UsageException e) {
      System.err.println(e.getMessage() + ". See 'gantry --help'.");
      return e.status();
    }
  }

  private static int dispatch(List<String> words) {
    Arguments arguments = CommandLine.parse(GANTRY, words);
    List<String> rest = arguments.operands();
    if (CommandLine.asksForHelp(arguments)) {
      System.out.print(help());
      return 0;
    }
    if (arguments.flag("version")) {
      System.out.println("Gantry version " + Version.own());
      return 0;
    }
    if (!rest.isEmpty() && rest.getFirst().equals("help")) {
      return help(rest.subList(1, rest.size()));
    }
    Daemon daemon =
        new Daemon(
            arguments
                .value("host")
                .map(DaemonAddress::parse)
                .orElseGet(() -> DaemonAddress.of(System.getenv())));
    if (rest.isEmpty() || rest.equals(List.of("shell"))) {
      return Shell.run(Session.ofProcess(daemon, new Session.InputSource.Shared()));
    }
    return Commands.run(Session.ofProcess(daemon, new Session.InputSource.OfProcess()), rest);
  }

  private static int help(List<String> words) {
    if (words.isEmpty()) {
      System.out.print(help());
      return 0;
    }
    Optional<CommandDefinition> command = Commands.definition(words.getFirst());
    if (command.isEmpty()) {
      System.err.println("gantry: unknown command: " + words.getFirst() + ". See 'gantry --help'.");
      return FAILED;
    }
    System.out.print(HelpText.of(command.get()));
    return 0;
  }

  private static String help() {
    return "Usage:  gantry [OPTIONS] [COMMAND [ARG...]]\n\n"
        + GANTRY.summary()
        + ". Without a command it asks for them.\n\nCommands:\n"
        + HelpText.commands(Commands.definitions())
        + "\nOptions:\n"
        + HelpText.options(GANTRY.options())
        + "\nRun 'gantry COMMAND --help' for more information on a command.\n";
  }
}
