package io.gantry.console.shell;

import io.gantry.console.command.Commands;
import io.gantry.console.command.Session;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.HelpText;
import io.gantry.console.line.Option;
import java.util.ArrayList;
import java.util.List;
import org.jline.utils.Signals;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandArgument;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.CommandOption;
import org.springframework.shell.core.command.ExitStatus;
import org.springframework.shell.core.command.completion.CompletionProvider;

/**
 * A command of the console as Spring Shell knows commands. What was typed is not taken apart by
 * Spring Shell: it goes to the same parser as in the other mode.
 */
final class DefinedCommand implements Command {

  private static final char NO_LETTER = ' ';

  private final CommandDefinition definition;
  private final Session session;
  private final CompletionProvider completion;

  DefinedCommand(CommandDefinition definition, Session session, CompletionProvider completion) {
    this.definition = definition;
    this.session = session;
    this.completion = completion;
  }

  @Override
  public String getName() {
    return definition.name();
  }

  @Override
  public String getDescription() {
    return definition.summary();
  }

  @Override
  public String getHelp() {
    return HelpText.of(definition);
  }

  @Override
  public String getGroup() {
    return "Gantry";
  }

  @Override
  public List<CommandOption> getOptions() {
    return definition.options().stream().map(DefinedCommand::option).toList();
  }

  private static CommandOption option(Option option) {
    boolean flag = option.kind() == Option.Kind.FLAG;
    return CommandOption.with()
        .shortName(option.shortName().orElse(NO_LETTER))
        .longName(option.name())
        .description(option.help())
        .required(false)
        .type(flag ? boolean.class : String.class)
        .build();
  }

  @Override
  public CompletionProvider getCompletionProvider() {
    return completion;
  }

  /** Runs it; Ctrl-C ends what it waits for. What goes wrong has been told when this returns. */
  @Override
  public ExitStatus execute(CommandContext context) {
    List<String> words = new ArrayList<>();
    words.add(definition.name());
    context.parsedInput().arguments().stream().map(CommandArgument::value).forEach(words::add);
    Object before = Signals.register("INT", session.daemon()::interrupt);
    try {
      Commands.run(session, words);
    } finally {
      Signals.unregister("INT", before);
    }
    return ExitStatus.OK;
  }
}
