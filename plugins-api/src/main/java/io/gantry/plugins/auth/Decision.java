package io.gantry.plugins.auth;

/** What an authorization driver says to a call. */
public sealed interface Decision {

  static Decision allow() {
    return Allow.INSTANCE;
  }

  /**
   * @param reason is shown to the client
   */
  static Decision deny(String reason) {
    return new Deny(reason);
  }

  /** The call may go on to the next driver. */
  enum Allow implements Decision {
    INSTANCE
  }

  /** The client gets a 403 with the reason. */
  record Deny(String reason) implements Decision {}
}
