package io.gantry.image.layer;

/** The twelve digits of an id that are shown to people. */
public final class ShortId {

  private static final int LENGTH = 12;

  private ShortId() {}

  public static String of(String id) {
    int from = id.indexOf(':') + 1;
    return id.substring(from, Math.min(id.length(), from + LENGTH));
  }
}
