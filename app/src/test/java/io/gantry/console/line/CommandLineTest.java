package io.gantry.console.line;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandLineTest {

  private static final List<Option> OPTIONS =
      List.of(
          Option.flag("i|interactive", "Input"),
          Option.flag("t|tty", "Terminal"),
          Option.flag("rm", "Remove"),
          Option.value("n|name", "string", "Name"),
          Option.list("e|env", "list", "Variables"));

  private static final CommandDefinition RUN =
      new CommandDefinition(
          "run", "Run", Operands.program("IMAGE [ARG...]", 1, Completion.IMAGE), OPTIONS);

  private static final CommandDefinition PS =
      new CommandDefinition("ps", "List", Operands.NONE, OPTIONS);

  private static final CommandDefinition RM =
      new CommandDefinition(
          "rm", "Remove", Operands.some("CONTAINER...", Completion.CONTAINER), OPTIONS);

  private static Arguments parse(CommandDefinition command, String... words) {
    return CommandLine.parse(command, List.of(words));
  }

  @Test
  void lettersOfFlagsShareAWord() {
    Arguments arguments = parse(RUN, "-it", "image");
    assertThat(arguments.flag("interactive")).isTrue();
    assertThat(arguments.flag("tty")).isTrue();
    assertThat(arguments.flag("rm")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"--name=x,''", "--name,x", "-n=x,''", "-nx,''", "-n,x", "-itn,x", "-itnx,''"})
  void valuesAreWrittenInManyWays(String word, String next) {
    Arguments arguments =
        next.isEmpty() ? parse(RUN, word, "image") : parse(RUN, word, next, "image");
    assertThat(arguments.value("name")).contains("x");
    assertThat(arguments.operands()).containsExactly("image");
  }

  @Test
  void theLastValueCountsAndListsKeepAll() {
    Arguments arguments = parse(RUN, "--name=a", "--name=b", "-e", "A=1", "--env=B=2", "image");
    assertThat(arguments.value("name")).contains("b");
    assertThat(arguments.values("env")).containsExactly("A=1", "B=2");
  }

  @Test
  void whatFollowsTheImageBelongsToTheProgram() {
    Arguments arguments = parse(RUN, "--rm", "image", "ls", "-la", "--name", "x");
    assertThat(arguments.operands()).containsExactly("image", "ls", "-la", "--name", "x");
    assertThat(arguments.value("name")).isEmpty();
  }

  @Test
  void optionsMayFollowOperandsOfOtherCommands() {
    Arguments arguments = parse(RM, "a", "-t", "b", "--", "-i");
    assertThat(arguments.operands()).containsExactly("a", "b", "-i");
    assertThat(arguments.flag("tty")).isTrue();
    assertThat(arguments.flag("interactive")).isFalse();
  }

  @Test
  void flagsCanBeTurnedOff() {
    assertThat(parse(RUN, "--rm=false", "image").flag("rm")).isFalse();
    assertThat(parse(RUN, "image").flagOrTrue("rm")).isTrue();
    assertThat(parse(RUN, "--rm=0", "image").flagOrTrue("rm")).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--foo|unknown flag: --foo",
        "-x|unknown shorthand flag: 'x' in -x",
        "-ix|unknown shorthand flag: 'x' in -ix",
        "--name|flag needs an argument: --name",
        "-n|flag needs an argument: 'n' in -n",
        "--rm=maybe|invalid argument \"maybe\" for \"--rm\" flag: neither true nor false"
      })
  void mistakesInOptionsAreNamed(String word, String message) {
    assertThatThrownBy(() -> parse(PS, word))
        .isInstanceOfSatisfying(UsageException.class, e -> assertThat(e.status()).isEqualTo(125))
        .hasMessage(message);
  }

  @Test
  void operandsAreCounted() {
    assertThatThrownBy(() -> parse(RM))
        .isInstanceOfSatisfying(UsageException.class, e -> assertThat(e.status()).isEqualTo(1))
        .hasMessage("'gantry rm' requires at least 1 argument");
    assertThatThrownBy(() -> parse(PS, "x")).hasMessage("'gantry ps' accepts no arguments");
  }

  @Test
  void helpNeedsNoOperands() {
    assertThat(CommandLine.asksForHelp(parse(RM, "--help"))).isTrue();
  }

  @Test
  void helpListsOptionsInOrder() {
    assertThat(HelpText.of(RM))
        .isEqualTo(
            """
            Usage:  gantry rm [OPTIONS] CONTAINER...

            Remove

            Options:
              -e, --env list      Variables
              -i, --interactive   Input
              -n, --name string   Name
                  --rm            Remove
              -t, --tty           Terminal
            """);
  }

  @Test
  void completionKnowsWhatAnOptionLeavesOpen() {
    assertThat(RUN.openAfter("--name").map(Option::name)).contains("name");
    assertThat(RUN.openAfter("-itn").map(Option::name)).contains("name");
    assertThat(RUN.openAfter("--name=x")).isEqualTo(Optional.empty());
    assertThat(RUN.openAfter("-nx")).isEmpty();
    assertThat(RUN.openAfter("-it")).isEmpty();
  }
}
