package io.gantry.plugins.log;

/** Where a container wrote to. A container with a terminal has only stdout. */
public enum LogStream {
  STDOUT("stdout"),
  STDERR("stderr");

  private final String text;

  LogStream(String text) {
    this.text = text;
  }

  /** As it is spelled in log formats and the API. */
  public String text() {
    return text;
  }
}
