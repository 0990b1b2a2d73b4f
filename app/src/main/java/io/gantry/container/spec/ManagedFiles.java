package io.gantry.container.spec;

import java.nio.file.Path;
import java.util.Map;

/** Signatures only for the moment. */
public final class ManagedFiles {

  private ManagedFiles() {}

  /**
   * Writes a container's {@code hosts}, {@code hostname} and {@code resolv.conf} into a directory
   * of the engine's. Files that are mounted in a running container keep their identity: they are
   * written in place.
   *
   * @return the files by their place in the container
   */
  public static Map<String, Path> write(
      Path directory, String hostname, String hosts, String resolvConf) {
    throw new UnsupportedOperationException(directory + hostname + hosts + resolvConf);
  }
}
