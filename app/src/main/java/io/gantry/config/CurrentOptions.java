package io.gantry.config;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * The options as they are now. The file can be read again while the daemon runs; options that need
 * a restart keep the values they had at start. Read by many threads without a lock.
 */
public final class CurrentOptions {

  /**
   * What reading the file again has brought.
   *
   * @param options that hold from now on
   * @param needRestart options of which the file says something new that is not taken over, as
   *     messages name them
   */
  public record Reloaded(DaemonOptions options, List<String> needRestart) {}

  private final CommandLine line;
  private final ConfigFile atStart;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile DaemonOptions current;

  private CurrentOptions(CommandLine line, ConfigFile atStart) {
    this.line = line;
    this.atStart = atStart;
    this.current = OptionsReader.read(line, atStart);
  }

  /**
   * Reads the command line (without the word {@code daemon}) and its file.
   *
   * @throws ConfigurationException with the line to show to the user
   */
  public static CurrentOptions read(List<String> arguments) {
    return of(CommandLine.parse(arguments));
  }

  static CurrentOptions of(CommandLine line) {
    return new CurrentOptions(line, OptionsReader.file(line));
  }

  public DaemonOptions get() {
    return current;
  }

  /**
   * Reads the file again. Whatever is wrong with it, or with what it asks for, leaves everything as
   * it was.
   *
   * @param apply puts the new options into effect; may refuse them
   * @throws ConfigurationException with what is wrong
   */
  public Reloaded reload(Consumer<DaemonOptions> apply) {
    lock.lock();
    try {
      ConfigFile file = OptionsReader.file(line);
      DaemonOptions next = current.reloaded(OptionsReader.read(line, file));
      apply.accept(next);
      current = next;
      return new Reloaded(next, needRestart(file));
    } finally {
      lock.unlock();
    }
  }

  private List<String> needRestart(ConfigFile file) {
    return OptionTable.all().stream()
        .filter(option -> !option.reloads())
        .filter(option -> !Objects.equals(atStart.given().get(option), file.given().get(option)))
        .map(option -> option.key().orElse(option.name()))
        .toList();
  }
}
