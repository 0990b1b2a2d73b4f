package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.registry.Digests;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of an image in its full form, for instance {@code docker.io/library/busybox:latest}.
 * Parsing and the familiar form are those of the reference grammar of the distribution project,
 * with its error texts.
 */
public final class Reference {

  /** Where names without a host live. */
  public static final String DEFAULT_DOMAIN = "docker.io";

  static final String DEFAULT_TAG = "latest";

  private static final String LEGACY_DOMAIN = "index.docker.io";
  private static final String OFFICIAL = "library/";
  private static final int MAX_PATH = 255;
  private static final int MAX_TEXT = 4096;

  private static final String LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*+(?<=[a-zA-Z0-9]))?+";
  private static final String DOMAIN =
      "(?:" + LABEL + "(?:\\." + LABEL + ")*+|\\[[a-fA-F0-9:]+\\])(?::[0-9]++)?+";
  private static final String COMPONENT = "[a-z0-9]++(?:(?:[._]|__|-++)[a-z0-9]++)*+";
  private static final String PATH = COMPONENT + "(?:/" + COMPONENT + ")*+";
  private static final String TAG = "[\\w][\\w.-]{0,127}";
  private static final String DIGEST =
      "[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}";
  private static final Pattern FULL =
      Pattern.compile(
          "(?<domain>"
              + DOMAIN
              + ")/(?<path>"
              + PATH
              + ")(?::(?<tag>"
              + TAG
              + "))?(?:@(?<digest>"
              + DIGEST
              + "))?");
  private static final Pattern TAG_ALONE = Pattern.compile(TAG);
  private static final Pattern ID = Pattern.compile("[a-f0-9]{64}");

  private final String domain;
  private final String path;
  private final @Nullable String tag;
  private final @Nullable String digest;

  private Reference(String domain, String path, @Nullable String tag, @Nullable String digest) {
    this.domain = domain;
    this.path = path;
    this.tag = tag;
    this.digest = digest;
  }

  /**
   * Reads a name as users write it. Neither tag nor digest is added.
   *
   * @throws EngineException INVALID with the grammar's own words
   */
  public static Reference parse(String text) {
    if (ID.matcher(text).matches()) {
      throw EngineException.invalid(
          "invalid repository name (" + text + "), cannot specify 64-byte hexadecimal strings");
    }
    if (text.length() > MAX_TEXT) {
      throw EngineException.invalid("invalid reference format");
    }
    String host = DEFAULT_DOMAIN;
    String rest = text;
    int slash = text.indexOf('/');
    if (slash < 0) {
      rest = OFFICIAL + text;
    } else {
      String first = text.substring(0, slash);
      if (isDomain(first)) {
        host = first.equals(LEGACY_DOMAIN) ? DEFAULT_DOMAIN : first;
        rest = text.substring(slash + 1);
      }
      if (host.equals(DEFAULT_DOMAIN) && rest.indexOf('/') < 0) {
        rest = OFFICIAL + rest;
      }
    }
    int colon = rest.indexOf(':');
    String remote = colon < 0 ? rest : rest.substring(0, colon);
    if (!remote.toLowerCase(Locale.ROOT).equals(remote)) {
      throw EngineException.invalid(
          "invalid reference format: repository name (" + remote + ") must be lowercase");
    }
    Matcher match = FULL.matcher(host + "/" + rest);
    if (!match.matches()) {
      throw EngineException.invalid("invalid reference format");
    }
    String path = Objects.requireNonNull(match.group("path"));
    if (path.length() > MAX_PATH) {
      throw EngineException.invalid(
          "invalid reference format: repository name must not be more than 255 characters");
    }
    String digest = match.group("digest");
    if (digest != null && !Digests.isDigest(digest)) {
      throw EngineException.invalid(
          digest.startsWith("sha256:") || digest.startsWith("sha512:")
              ? "invalid checksum digest length"
              : "unsupported digest algorithm");
    }
    return new Reference(
        Objects.requireNonNull(match.group("domain")), path, match.group("tag"), digest);
  }

  /**
   * Reads a name that an image is to get: with a tag, {@code latest} when none is given.
   *
   * @param tag takes the place of the one in the repository; may be empty
   * @throws EngineException INVALID when it is none, or has a digest, which nobody can choose
   */
  public static Reference target(String repository, String tag) {
    Reference parsed = parse(repository);
    if (parsed.digest != null) {
      throw EngineException.invalid("cannot import digest reference");
    }
    Reference name = tag.isEmpty() ? parsed.withDefaultTag() : parsed.withTag(tag);
    if (name.familiarName().equals("sha256")) {
      throw EngineException.invalid(
          "refusing to create an ambiguous tag using digest algorithm as name");
    }
    return name;
  }

  private static boolean isDomain(String first) {
    return first.equals("localhost")
        || first.equals(LEGACY_DOMAIN)
        || first.indexOf('.') >= 0
        || first.indexOf(':') >= 0
        || !first.toLowerCase(Locale.ROOT).equals(first);
  }

  /** Whether the text is 64 hexadecimal digits: an id without its algorithm. */
  static boolean isBareId(String text) {
    return ID.matcher(text).matches();
  }

  /** The registry's host and port. */
  public String domain() {
    return domain;
  }

  /** The repository within the registry. */
  public String path() {
    return path;
  }

  /** Host and repository, without tag and digest. */
  public String name() {
    return domain + "/" + path;
  }

  public Optional<String> tag() {
    return Optional.ofNullable(tag);
  }

  public Optional<String> digest() {
    return Optional.ofNullable(digest);
  }

  /** Whether it is a repository only. */
  public boolean isNameOnly() {
    return tag == null && digest == null;
  }

  /** The repository alone. */
  public Reference repository() {
    return isNameOnly() ? this : new Reference(domain, path, null, null);
  }

  /** The same name, with {@code latest} when it had neither tag nor digest. */
  public Reference withDefaultTag() {
    return isNameOnly() ? new Reference(domain, path, DEFAULT_TAG, null) : this;
  }

  /**
   * The same repository with another tag and no digest.
   *
   * @throws EngineException INVALID when it is no tag
   */
  public Reference withTag(String other) {
    if (!TAG_ALONE.matcher(other).matches()) {
      throw EngineException.invalid("invalid tag format");
    }
    return new Reference(domain, path, other, null);
  }

  /**
   * The same repository with a digest and no tag.
   *
   * @throws EngineException INVALID when it is no digest
   */
  public Reference withDigest(String other) {
    if (!Digests.isDigest(other)) {
      throw EngineException.invalid("invalid digest format");
    }
    return new Reference(domain, path, null, other);
  }

  /** By what it is kept: the digest wins over the tag, a bare name means {@code latest}. */
  Reference key() {
    if (digest != null) {
      return tag == null ? this : new Reference(domain, path, null, digest);
    }
    return withDefaultTag();
  }

  /** The repository as users write it: without {@code docker.io} and {@code library}. */
  public String familiarName() {
    if (!domain.equals(DEFAULT_DOMAIN)) {
      return name();
    }
    if (path.startsWith(OFFICIAL) && path.indexOf('/', OFFICIAL.length()) < 0) {
      return path.substring(OFFICIAL.length());
    }
    return path;
  }

  /** The whole name as users write it. */
  public String familiar() {
    return familiarName() + suffix();
  }

  private String suffix() {
    return (tag == null ? "" : ":" + tag) + (digest == null ? "" : "@" + digest);
  }

  /** The whole name in full. */
  @Override
  public String toString() {
    return name() + suffix();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Reference that
        && path.equals(that.path)
        && domain.equals(that.domain)
        && Objects.equals(tag, that.tag)
        && Objects.equals(digest, that.digest);
  }

  @Override
  public int hashCode() {
    return Objects.hash(domain, path, tag, digest);
  }
}
