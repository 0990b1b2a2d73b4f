package io.gantry.image;

import io.gantry.error.EngineException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * An operating system and a processor, in Go's spelling (OCI image index, {@code platform}).
 *
 * @param os for instance {@code linux}
 * @param architecture for instance {@code amd64}
 * @param variant for instance {@code v8}; may be empty
 */
public record Platform(String os, String architecture, String variant) {

  private static final Pattern LEVEL = Pattern.compile("v[0-9]{1,2}(\\.[0-9]{1,2})?");

  /** 64-bit ARM processors run programs for 32-bit ones up to this variant. */
  private static final int ARM64 = 8;

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
    return new Platform(image.os(), image.architecture(), image.variant());
  }

  /**
   * Whether what is for a platform can be had for this one: it is the same, or one whose programs
   * this one's processors run too, as containerd's {@code platforms.Only} has it; a variant that is
   * not named fits.
   */
  boolean accepts(Platform image) {
    Platform wanted = normal(os, architecture, variant);
    Platform offered = normal(image.os, image.architecture, image.variant);
    return offered.os.equals(wanted.os)
        && (wanted.runs(offered)
            || image.variant.isEmpty() && offered.architecture.equals(wanted.architecture));
  }

  private boolean runs(Platform other) {
    if (other.architecture.equals(architecture)) {
      return other.variant.equals(variant) || other.level() <= level();
    }
    return switch (architecture) {
      case "amd64" -> other.architecture.equals("386") && other.variant.isEmpty();
      case "arm64" -> other.architecture.equals("arm") && other.level() <= ARM64;
      default -> false;
    };
  }

  /** The variant as a number, where greater ones run what is for smaller ones. */
  private double level() {
    if (variant.isEmpty()) {
      return architecture.equals("amd64") ? 1 : Double.NaN;
    }
    return LEVEL.matcher(variant).matches() ? Double.parseDouble(variant.substring(1)) : Double.NaN;
  }

  /**
   * Checks that an image is for this platform.
   *
   * @param reference what the user calls the image
   * @throws EngineException NOT_FOUND with Docker's text
   */
  public void require(Image image, String reference) {
    Platform own = of(image);
    if (!accepts(own)) {
      throw EngineException.notFound(
          "image with reference %s was found but its platform (%s) does not match the specified platform (%s)"
              .formatted(reference, own, this));
    }
  }

  @Override
  public String toString() {
    return os + "/" + architecture + (variant.isEmpty() ? "" : "/" + variant);
  }
}
