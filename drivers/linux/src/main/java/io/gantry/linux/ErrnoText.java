package io.gantry.linux;

/** {@code strerror(3)}, in lower case as Go programs (and so Docker's messages) print it. */
final class ErrnoText {

  static {
    CLibrary.bind(ErrnoText.class);
  }

  private ErrnoText() {}

  private static native String strerror(int errno);

  static String of(int errno) {
    String text = strerror(errno);
    return text.isEmpty()
        ? "errno " + errno
        : Character.toLowerCase(text.charAt(0)) + text.substring(1);
  }
}
