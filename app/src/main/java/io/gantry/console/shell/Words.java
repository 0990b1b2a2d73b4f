package io.gantry.console.shell;

import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Parser;
import org.jline.reader.impl.DefaultParser;
import org.springframework.shell.core.command.CommandArgument;
import org.springframework.shell.core.command.CommandParser;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.shell.core.command.ParsedInput;

/**
 * Splits a line as a shell does; what the words mean is the command's affair. What names no command
 * goes to {@link UnknownCommand}, for Spring Shell would answer it with a list of all.
 */
final class Words implements CommandParser {

  private final Parser parser = new DefaultParser();
  private final CommandRegistry registry;

  Words(CommandRegistry registry) {
    this.registry = registry;
  }

  @Override
  public ParsedInput parse(String line) {
    List<String> words = parser.parse(line, 0, Parser.ParseContext.ACCEPT_LINE).words();
    String name = words.isEmpty() ? "" : words.getFirst();
    boolean known = registry.getCommandByName(name) != null;
    List<CommandArgument> arguments = new ArrayList<>();
    for (int i = known ? 1 : 0; i < words.size(); i++) {
      arguments.add(new CommandArgument(arguments.size(), words.get(i)));
    }
    return new ParsedInput(known ? name : UnknownCommand.NAME, List.of(), List.of(), arguments);
  }
}
