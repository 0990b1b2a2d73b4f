package io.gantry.config;

/**
 * The daemon cannot start as it was told to. The message names the option or the file and what is
 * wrong with it, in one line.
 */
public final class ConfigurationException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String text;

  public ConfigurationException(String message) {
    super(message);
    this.text = message;
  }

  public ConfigurationException(String message, Throwable cause) {
    super(message, cause);
    this.text = message;
  }

  @Override
  public String getMessage() {
    return text;
  }
}
