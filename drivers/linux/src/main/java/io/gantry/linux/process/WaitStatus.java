package io.gantry.linux.process;

/** The status of an ended process as {@code wait(2)} tells it. */
public record WaitStatus(int raw) {

  /** The exit code, or 128 plus the signal's number, as a shell says it. */
  public int exitCode() {
    int signal = raw & 0x7f;
    return signal == 0 ? raw >> 8 & 0xff : 128 + signal;
  }
}
