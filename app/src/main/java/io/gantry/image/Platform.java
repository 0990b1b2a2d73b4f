package io.gantry.image;

import io.gantry.error.EngineException;
import java.util.Locale;

/**
 * An operating system and a processor, in Go's spelling (OCI image index, {@code platform}).
 *
 * @param os for instance {@code linux}
 * @param architecture for instance {@code amd64}
 * @param variant for instance {@code v8}; may be empty
 */
public record Platform(String os, String architecture, String variant) {

  /** This host. */
  public static Platform host() {
    String arch = System.getProperty("os.arch", "");
    return switch (arch) {
      case "amd64", "x86_64" -> new Platform("linux", "amd64", "");
      case "aarch64" -> new Platform("linux", "arm64", "v8");
      case "arm" -> new Platform("linux", "arm", "v7");
      case "i386" -> new Platform("linux", "386", "");
      case "loongarch64" -> new Platform("linux", "loong64", "");
      default -> new Platform("linux", arch, "");
    };
  }

  /**
   * Reads {@code os[/architecture[/variant]]}.
   *
   * @throws EngineException INVALID
   */
  public static Platform parse(String text) {
    String[] parts = text.toLowerCase(Locale.ROOT).split("/", -1);
    if (parts.length > 3) {
      throw EngineException.invalid(
          "\"" + text + "\": cannot parse platform specifier: invalid argument");
    }
    for (String part : parts) {
      if (part.isEmpty()
          || !part.chars()
              .allMatch(c -> Character.isLetterOrDigit(c) || c == '_' || c == '-' || c == '.')) {
        throw EngineException.invalid(
            "\""
                + text
                + "\" is an invalid component of \""
                + text
                + "\": platform specifier component must match \"^[A-Za-z0-9_.-]+$\": invalid"
                + " argument");
      }
    }
    if (parts.length == 1) {
      return isOs(parts[0])
          ? new Platform(os(parts[0]), host().architecture(), host().variant())
          : normal(host().os(), parts[0], "");
    }
    return normal(os(parts[0]), parts[1], parts.length == 3 ? parts[2] : "");
  }

  private static boolean isOs(String text) {
    return switch (text) {
      case "linux",
          "windows",
          "darwin",
          "macos",
          "freebsd",
          "netbsd",
          "openbsd",
          "solaris",
          "plan9",
          "aix",
          "android" ->
          true;
      default -> false;
    };
  }

  private static String os(String text) {
    return text.equals("macos") ? "darwin" : text;
  }

  /** The same platform in the one spelling that is compared. */
  static Platform normal(String os, String architecture, String variant) {
    return switch (architecture) {
      case "i386" -> new Platform(os, "386", "");
      case "x86_64", "x86-64", "amd64" ->
          new Platform(os, "amd64", variant.equals("v1") ? "" : variant);
      case "aarch64", "arm64" ->
          new Platform(os, "arm64", variant.isEmpty() || variant.equals("8") ? "v8" : variant);
      case "armhf" -> new Platform(os, "arm", "v7");
      case "armel" -> new Platform(os, "arm", "v6");
      case "arm" ->
          new Platform(
              os,
              "arm",
              variant.isEmpty() ? "v7" : variant.startsWith("v") ? variant : "v" + variant);
      default -> new Platform(os, architecture, variant);
    };
  }

  /** The platform an image says it is for. */
  static Platform of(Image image) {
    return normal(image.os(), image.architecture(), image.variant());
  }

  /** Whether the image is for this platform; a variant that one of them leaves out fits. */
  boolean accepts(Image image) {
    Platform other = of(image);
    return other.os.equals(os)
        && other.architecture.equals(architecture)
        && (variant.isEmpty() || other.variant.isEmpty() || other.variant.equals(variant));
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
