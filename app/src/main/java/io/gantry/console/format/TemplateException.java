package io.gantry.console.format;

/**
 * A template that cannot be read, or does not fit the data. The message is one line for the user.
 */
public final class TemplateException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  TemplateException(String message) {
    super("template parsing error: " + message);
  }
}
