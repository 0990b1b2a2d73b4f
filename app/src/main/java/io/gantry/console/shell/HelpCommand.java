package io.gantry.console.shell;

import io.gantry.console.command.Commands;
import io.gantry.console.command.Session;
import io.gantry.console.line.HelpText;
import java.util.List;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandArgument;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.ExitStatus;

/** {@code help}: the commands, or one of them. */
final class HelpCommand implements Command {

  private final Session session;

  HelpCommand(Session session) {
    this.session = session;
  }

  @Override
  public String getName() {
    return "help";
  }

  @Override
  public String getDescription() {
    return "List the commands, or the options of one";
  }

  @Override
  public ExitStatus execute(CommandContext context) {
    List<CommandArgument> words = context.parsedInput().arguments();
    String text =
        words.isEmpty()
            ? HelpText.commands(Commands.definitions())
                + "\n"
                + "help COMMAND tells more, exit ends. TAB completes; Ctrl-R searches what was"
                + " typed.\n"
            : Commands.definition(words.getFirst().value())
                .map(HelpText::of)
                .orElse("no such command: " + words.getFirst().value() + "\n");
    session.out().print(text);
    session.out().flush();
    return ExitStatus.OK;
  }
}
