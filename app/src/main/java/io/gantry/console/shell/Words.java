package io.gantry.console.shell;

import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Parser;
import org.jline.reader.impl.DefaultParser;
import org.springframework.shell.core.command.CommandArgument;
import org.springframework.shell.core.command.CommandParser;
import org.springframework.shell.core.command.ParsedInput;

/** Splits a line as a shell does; what the words mean is the command's affair. */
final class Words implements CommandParser {

  private final Parser parser = new DefaultParser();

  @Override
  public ParsedInput parse(String line) {
    List<String> words = parser.parse(line, 0, Parser.ParseContext.ACCEPT_LINE).words();
    List<CommandArgument> arguments = new ArrayList<>();
    for (int i = 1; i < words.size(); i++) {
      arguments.add(new CommandArgument(i - 1, words.get(i)));
    }
    String name = words.isEmpty() ? "" : words.getFirst();
    return new ParsedInput(name, List.of(), List.of(), arguments);
  }
}
