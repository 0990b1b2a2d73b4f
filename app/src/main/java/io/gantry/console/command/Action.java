package io.gantry.console.command;

import io.gantry.console.line.Arguments;
import java.io.IOException;

/** What a command does. */
@FunctionalInterface
interface Action {

  /**
   * Does it.
   *
   * @return the exit status
   * @throws IOException if there is no daemon, or it refuses
   */
  int run(Session session, Arguments arguments) throws IOException;
}
