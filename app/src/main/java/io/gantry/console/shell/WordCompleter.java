package io.gantry.console.shell;

import java.util.Comparator;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.shell.core.command.completion.CompletionContext;
import org.springframework.shell.core.command.completion.CompletionProposal;

/**
 * Completes the first word to the name of a command and asks that command for all others. Spring
 * Shell's own completer takes all words without a dash for the command's name, and so has nothing
 * to offer for operands.
 */
final class WordCompleter implements Completer {

  private final CommandRegistry registry;

  WordCompleter(CommandRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    if (line.wordIndex() == 0) {
      registry.getCommands().stream()
          .filter(command -> !command.getName().equals(UnknownCommand.NAME))
          .sorted(Comparator.comparing(Command::getName))
          .forEach(
              command -> candidates.add(candidate(command.getName(), command.getDescription())));
      return;
    }
    Command command = registry.getCommandByName(line.words().getFirst());
    if (command == null) {
      return;
    }
    CompletionContext context =
        new CompletionContext(line.words(), line.wordIndex(), line.wordCursor(), command, null);
    for (CompletionProposal proposal : command.getCompletionProvider().apply(context)) {
      candidates.add(candidate(proposal.value(), proposal.description()));
    }
  }

  private static Candidate candidate(String value, @Nullable String description) {
    return new Candidate(value, value, null, description, null, null, true);
  }
}
