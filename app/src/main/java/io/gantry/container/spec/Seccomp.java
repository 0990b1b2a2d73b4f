package io.gantry.container.spec;

import io.gantry.container.record.Container;
import io.gantry.error.EngineException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/**
 * Chooses a container's seccomp profile: its own, the daemon's default, or the built-in one; none
 * for a privileged container that asks for none.
 */
final class Seccomp {

  private static final String UNCONFINED = "unconfined";
  private static final String BUILTIN = "builtin";
  private static final long MAX_SIZE = 10 << 20;

  private final SeccompProfile builtin = SeccompProfile.builtin();
  private final Optional<SeccompProfile> standard;
  private final HostFacts facts;

  /**
   * @param configured {@code builtin}, {@code unconfined} or a file
   */
  Seccomp(String configured, HostFacts facts) {
    this.facts = facts;
    this.standard =
        switch (configured) {
          case "", BUILTIN, "default" -> Optional.of(builtin);
          case UNCONFINED -> Optional.empty();
          default -> Optional.of(read(Path.of(configured)));
        };
  }

  private static SeccompProfile read(Path file) {
    try {
      if (Files.size(file) > MAX_SIZE) {
        throw EngineException.invalid(
            "seccomp profile %s is larger than %d bytes".formatted(file, MAX_SIZE));
      }
      return SeccompProfile.parse(Files.readString(file, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw EngineException.system("opening seccomp profile (%s) failed: %s".formatted(file, e), e);
    }
  }

  /**
   * The OCI profile; empty: the container is not confined.
   *
   * @throws EngineException SYSTEM, in Docker's words, when the container's own profile is none
   */
  Optional<ObjectNode> of(Container container, Collection<String> capabilities) {
    String asked = SecurityOptions.parse(container.hostConfig().securityOpt()).seccomp().orElse("");
    Optional<SeccompProfile> profile;
    if (asked.isEmpty()) {
      profile = container.hostConfig().privileged() ? Optional.empty() : standard;
    } else if (asked.equals(UNCONFINED)) {
      profile = Optional.empty();
    } else if (asked.equals(BUILTIN)) {
      profile = Optional.of(builtin);
    } else {
      profile = Optional.of(SeccompProfile.parse(asked));
    }
    return profile
        .filter(p -> !p.isEmpty())
        .map(p -> p.resolve(capabilities, facts.architecture(), facts.kernel()));
  }
}
