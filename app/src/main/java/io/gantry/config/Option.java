package io.gantry.config;

import java.util.Optional;

/**
 * One option of the daemon.
 *
 * @param name of the flag, without dashes
 * @param shortName one letter, if there is one
 * @param key in {@code daemon.json}; empty for what only a flag can say
 * @param defaultText the default as the help shows it; empty where unset is a state of its own
 * @param documentation one sentence
 * @param section under which the documentation lists it
 * @param reloads whether SIGHUP makes the daemon take another value from its file
 */
record Option<T>(
    String name,
    Optional<Character> shortName,
    Optional<String> key,
    OptionType<T> type,
    String defaultText,
    String documentation,
    Section section,
    boolean reloads) {

  /** No two options have the same name; what a record has instead is made at every start. */
  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /** The parts of the documentation, in its order. */
  enum Section {
    DAEMON("Daemon"),
    LOGGING("The daemon's own log"),
    NETWORK("Networks"),
    STORAGE("Storage"),
    CONTAINERS("Defaults for containers"),
    REGISTRY("Registries");

    private final String title;

    Section(String title) {
      this.title = title;
    }

    String title() {
      return title;
    }
  }

  Option<T> letter(char letter) {
    return new Option<>(
        name, Optional.of(letter), key, type, defaultText, documentation, section, reloads);
  }

  Option<T> key(String newKey) {
    return new Option<>(
        name, shortName, Optional.of(newKey), type, defaultText, documentation, section, reloads);
  }

  Option<T> flagOnly() {
    return new Option<>(
        name, shortName, Optional.empty(), type, defaultText, documentation, section, reloads);
  }

  Option<T> defaults(String text) {
    return new Option<>(name, shortName, key, type, text, documentation, section, reloads);
  }

  Option<T> reloadable() {
    return new Option<>(name, shortName, key, type, defaultText, documentation, section, true);
  }

  /** As messages name it: {@code -D, --debug}. */
  String spelled() {
    return shortName.map(letter -> "-" + letter + ", --" + name).orElse("--" + name);
  }
}
