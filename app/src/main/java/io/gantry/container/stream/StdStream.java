package io.gantry.container.stream;

/** A standard stream, with Docker's number for it in multiplexed frames. */
public enum StdStream {
  STDIN(0),
  STDOUT(1),
  STDERR(2);

  private final int number;

  StdStream(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  static StdStream of(int number) {
    return values()[number];
  }
}
