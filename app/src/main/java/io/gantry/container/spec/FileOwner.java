package io.gantry.container.spec;

import io.gantry.error.EngineException;
import io.gantry.layers.Owner;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Who a container's user is, for files that are given to it ({@code cp -a}). */
public final class FileOwner {

  /** What the start of a container says of a name that does not exist, and what a copy says. */
  private static final Pattern UNKNOWN = Pattern.compile("^unable to find (user|group) (.*?):");

  private static final String LOOKUP = "failed to look up $1 \"$2\" in container:";

  private FileOwner() {}

  /**
   * The numbers of a user; empty when none is configured.
   *
   * @param user {@code user[:group]}
   * @param rootfs the container's file system, whose users count
   * @throws EngineException INVALID, in Docker's words, for who does not exist
   */
  public static Optional<Owner> of(String user, Path rootfs) {
    if (user.isEmpty()) {
      return Optional.empty();
    }
    try {
      ContainerUser resolved =
          ContainerUser.resolve(user, List.of(), ContainerUser.database(rootfs));
      return Optional.of(new Owner((int) resolved.uid(), (int) resolved.gid()));
    } catch (EngineException e) {
      String message = UNKNOWN.matcher(String.valueOf(e.getMessage())).replaceFirst(LOOKUP);
      throw new EngineException(EngineException.Kind.INVALID, message, e);
    }
  }
}
