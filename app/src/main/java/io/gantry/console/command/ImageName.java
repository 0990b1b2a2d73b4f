package io.gantry.console.command;

import java.util.Optional;

/**
 * The name of an image as a user writes it, in parts.
 *
 * @param repository without tag and digest
 * @param tag the tag, or the digest with its algorithm
 */
record ImageName(String repository, Optional<String> tag) {

  private static final String HUB = "docker.io";

  static ImageName of(String text) {
    int at = text.indexOf('@');
    if (at > 0) {
      String repository = text.substring(0, at);
      return new ImageName(of(repository).repository(), Optional.of(text.substring(at + 1)));
    }
    int colon = text.lastIndexOf(':');
    return colon > text.lastIndexOf('/') && colon > 0
        ? new ImageName(text.substring(0, colon), Optional.of(text.substring(colon + 1)))
        : new ImageName(text, Optional.empty());
  }

  boolean isUntagged() {
    return tag.isEmpty();
  }

  ImageName withoutTag() {
    return new ImageName(repository, Optional.empty());
  }

  /** The same, with the tag {@code latest} if there is none. */
  ImageName tagged() {
    return isUntagged() ? new ImageName(repository, Optional.of("latest")) : this;
  }

  /** The registry, by its host name. */
  String registry() {
    int slash = repository.indexOf('/');
    String first = slash < 0 ? "" : repository.substring(0, slash);
    boolean host = first.contains(".") || first.contains(":") || first.equals("localhost");
    return host ? first : HUB;
  }

  /** With the registry, and {@code library/} where Docker Hub has it. */
  String canonical() {
    String full = repository;
    if (registry().equals(HUB) && !repository.startsWith(HUB + "/")) {
      full = HUB + "/" + (repository.contains("/") ? "" : "library/") + repository;
    }
    String separator = tag.filter(text -> text.contains(":")).isPresent() ? "@" : ":";
    return full + tag.map(text -> separator + text).orElse("");
  }

  @Override
  public String toString() {
    String separator = tag.filter(text -> text.contains(":")).isPresent() ? "@" : ":";
    return repository + tag.map(text -> separator + text).orElse("");
  }
}
