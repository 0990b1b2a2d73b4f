package io.gantry.console.shell;

import io.gantry.console.command.Commands;
import io.gantry.console.command.Names;
import io.gantry.console.command.Session;
import io.gantry.console.line.CommandDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedString;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.shell.core.ShellRunner;
import org.springframework.shell.core.command.Command;
import org.springframework.shell.core.command.CommandRegistry;
import org.springframework.shell.jline.JLineInputProvider;
import org.springframework.shell.jline.JLineShellRunner;

/**
 * The interactive console. Its Spring context is made by hand and holds nothing but the shell: the
 * daemon's component scan must not find it, nor it the daemon.
 */
public final class Shell {

  private static final int FAILED = 1;
  private static final String PROMPT = "gantry> ";

  private Shell() {}

  /**
   * Asks for commands until the user has enough.
   *
   * @return the exit status
   */
  public static int run(Session session) {
    try (Terminal terminal = TerminalBuilder.builder().system(true).dumb(true).build();
        GenericApplicationContext context = context(session, terminal)) {
      context.refresh();
      context.getBean(ShellRunner.class).run(new String[0]);
      return 0;
    } catch (Exception e) {
      session.err().println("gantry: the shell ended: " + e.getMessage());
      return FAILED;
    }
  }

  private static GenericApplicationContext context(Session session, Terminal terminal) {
    GenericApplicationContext context = new GenericApplicationContext();
    Names names = new Names(session.daemon());
    for (CommandDefinition definition : Commands.definitions()) {
      context.registerBean(
          definition.name(),
          Command.class,
          () -> new DefinedCommand(definition, session, new NameCompletion(definition, names)));
    }
    context.registerBean("help", Command.class, () -> new HelpCommand(session));
    context.registerBean("unknown", Command.class, () -> new UnknownCommand(session));
    context.registerBean(CommandRegistry.class, () -> new CommandRegistry());
    context.registerBean(
        LineReader.class, () -> reader(terminal, context.getBean(CommandRegistry.class)));
    context.registerBean(
        ShellRunner.class,
        () ->
            new JLineShellRunner(
                new Prompt(context.getBean(LineReader.class)),
                new Words(context.getBean(CommandRegistry.class)),
                context.getBean(CommandRegistry.class)));
    return context;
  }

  private static LineReader reader(Terminal terminal, CommandRegistry registry) {
    LineReaderBuilder builder =
        LineReaderBuilder.builder()
            .appName("gantry")
            .terminal(terminal)
            .parser(new DefaultParser())
            .completer(new WordCompleter(registry))
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true);
    history().ifPresent(file -> builder.variable(LineReader.HISTORY_FILE, file));
    return builder.build();
  }

  /** Where typed lines are kept; nowhere if the user has no directory to write to. */
  private static Optional<Path> history() {
    Path home = Path.of(System.getProperty("user.home", "/"));
    Path directory =
        Optional.ofNullable(System.getenv("XDG_STATE_HOME"))
            .filter(text -> !text.isEmpty())
            .map(Path::of)
            .orElse(home.resolve(".local/state"))
            .resolve("gantry");
    try {
      Files.createDirectories(directory);
      return Optional.of(directory.resolve("history"));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Reads lines: Ctrl-C gives up a line, Ctrl-D the shell. */
  private static final class Prompt extends JLineInputProvider {

    Prompt(LineReader reader) {
      super(reader);
      setPromptProvider(() -> new AttributedString(PROMPT));
    }

    @Override
    public String readInput() {
      try {
        return super.readInput();
      } catch (UserInterruptException e) {
        return "";
      } catch (EndOfFileException e) {
        return "exit";
      }
    }
  }
}
