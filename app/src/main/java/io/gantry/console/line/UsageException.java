package io.gantry.console.line;

/** A command line that cannot be understood. The message is one line for the user. */
public final class UsageException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** The exit status of a command line with an option that does not exist or has a bad value. */
  public static final int BAD_OPTION = 125;

  /** The exit status of other mistakes. */
  public static final int BAD_OPERANDS = 1;

  private final int status;

  public UsageException(String message) {
    this(message, BAD_OPTION);
  }

  public UsageException(String message, int status) {
    super(message);
    this.status = status;
  }

  public int status() {
    return status;
  }
}
