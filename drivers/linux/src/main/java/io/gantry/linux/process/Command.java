package io.gantry.linux.process;

import io.gantry.linux.poll.Descriptor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * A program to start. Its standard streams are {@code /dev/null} unless given; it gets no other
 * descriptor than those given.
 *
 * @param program its path
 * @param arguments what it is called, then its arguments
 * @param environment all of it
 * @param directory where it starts
 * @param umask what it starts with; empty: that of this process
 * @param descriptors by the number they have in the program, below 16; they stay open here
 */
public record Command(
    String program,
    List<String> arguments,
    Map<String, String> environment,
    Path directory,
    OptionalInt umask,
    Map<Integer, Descriptor> descriptors) {

  static final int HIGHEST = 15;

  public Command {
    arguments = List.copyOf(arguments);
    environment = Map.copyOf(environment);
    descriptors = Map.copyOf(descriptors);
    for (int number : descriptors.keySet()) {
      if (number < 0 || number > HIGHEST) {
        throw new IllegalArgumentException("descriptor " + number);
      }
    }
    if (program.indexOf('\0') >= 0) {
      throw new IllegalArgumentException("a NUL in a program's path");
    }
    for (String text : arguments) {
      if (text.indexOf('\0') >= 0) {
        throw new IllegalArgumentException("a NUL in an argument of " + program);
      }
    }
  }

  /**
   * A program that is called by its path.
   *
   * @param arguments its path, then its arguments
   */
  public Command(
      List<String> arguments,
      Map<String, String> environment,
      Path directory,
      Map<Integer, Descriptor> descriptors) {
    this(program(arguments), arguments, environment, directory, OptionalInt.empty(), descriptors);
  }

  /** The same with an umask of its own. */
  public Command withUmask(OptionalInt mask) {
    return new Command(program, arguments, environment, directory, mask, descriptors);
  }

  private static String program(List<String> arguments) {
    if (arguments.isEmpty()) {
      throw new IllegalArgumentException("no program");
    }
    return arguments.getFirst();
  }
}
