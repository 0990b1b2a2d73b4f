package io.gantry.plugins.network;

import java.util.Locale;
import java.util.Optional;

/** Transport protocols whose ports can be published. */
public enum Protocol {
  TCP,
  UDP,
  SCTP;

  /** The name in the API and in firewall rules: lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Protocol> of(String text) {
    for (Protocol p : values()) {
      if (p.text().equalsIgnoreCase(text)) {
        return Optional.of(p);
      }
    }
    return Optional.empty();
  }
}
