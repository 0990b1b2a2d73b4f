package io.gantry.console.shell;

import io.gantry.console.command.Names;
import io.gantry.console.line.CommandDefinition;
import io.gantry.console.line.Option;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.springframework.shell.core.command.completion.CompletionContext;
import org.springframework.shell.core.command.completion.CompletionProposal;
import org.springframework.shell.core.command.completion.CompletionProvider;

/**
 * What may come next in a command: an option, the value of one, or the name of a container or image
 * there is. Names are asked of the daemon; without one there are none.
 */
final class NameCompletion implements CompletionProvider {

  private final CommandDefinition definition;
  private final Names names;

  NameCompletion(CommandDefinition definition, Names names) {
    this.definition = definition;
    this.names = names;
  }

  @Override
  public List<CompletionProposal> apply(CompletionContext context) {
    List<String> before = context.getWords().subList(1, context.getWordIndex());
    String word = Objects.requireNonNullElse(context.currentWordUpToCursor(), "");
    State state = State.after(definition, before);
    if (state.valueOf().isPresent()) {
      return proposals(names.of(state.valueOf().get().completion()));
    }
    boolean optionsOver = state.operands() > 0 && definition.operands().endOptions();
    if (word.startsWith("-") && !optionsOver) {
      return options();
    }
    boolean nameWanted =
        state.operands() == 0
            || (!definition.operands().endOptions()
                && state.operands() < definition.operands().most());
    return nameWanted ? proposals(names.of(definition.operands().completion())) : List.of();
  }

  /**
   * Where in the command the cursor is: after an option that wants a value, after some operands.
   */
  private record State(Optional<Option> valueOf, int operands) {

    static State after(CommandDefinition definition, List<String> words) {
      Optional<Option> open = Optional.empty();
      int operands = 0;
      for (String word : words) {
        if (open.isPresent()) {
          open = Optional.empty();
        } else if (word.startsWith("-") && word.length() > 1) {
          open = definition.openAfter(word);
        } else {
          operands++;
        }
      }
      return new State(open, operands);
    }
  }

  private List<CompletionProposal> options() {
    List<CompletionProposal> proposals = new ArrayList<>();
    for (Option option : definition.options()) {
      proposals.add(
          new CompletionProposal("--" + option.name())
              .displayText("--" + option.name())
              .description(option.help())
              .complete(true));
    }
    return proposals;
  }

  private static List<CompletionProposal> proposals(List<String> values) {
    return values.stream()
        .map(value -> new CompletionProposal(value).displayText(value).complete(true))
        .toList();
  }
}
