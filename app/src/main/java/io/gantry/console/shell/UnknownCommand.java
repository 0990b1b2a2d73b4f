package io.gantry.console.shell;

import io.gantry.console.command.Session;
import java.util.List;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandArgument;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.ExitStatus;

/**
 * What is done with a word that names no command: one line about it. Not hidden, for Spring Shell
 * does not run what is hidden.
 */
final class UnknownCommand implements Command {

  /** No word a user can type. */
  static final String NAME = "\0";

  private final Session session;

  UnknownCommand(Session session) {
    this.session = session;
  }

  @Override
  public String getName() {
    return NAME;
  }

  @Override
  public ExitStatus execute(CommandContext context) {
    List<CommandArgument> words = context.parsedInput().arguments();
    if (!words.isEmpty() && !words.getFirst().value().isBlank()) {
      session.err().println("unknown command: " + words.getFirst().value() + ". See 'help'.");
    }
    return ExitStatus.OK;
  }
}
