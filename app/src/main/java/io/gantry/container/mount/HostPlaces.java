package io.gantry.container.mount;

import io.gantry.linux.mount.Mounts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A directory of one container with numbered places on which something is mounted for it. */
final class HostPlaces {

  private static final Logger log = LoggerFactory.getLogger(HostPlaces.class);

  private HostPlaces() {}

  /** Unmounts what is there and removes the places; what was mounted is not touched. */
  static void release(Path directory) {
    if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (var places = Files.newDirectoryStream(directory)) {
      for (Path place : places) {
        while (Mounts.isMountPoint(place)) {
          Mounts.detach(place);
        }
        Files.delete(place);
      }
      Files.delete(directory);
    } catch (IOException e) {
      log.warn("Left over in {}", directory, e);
    }
  }
}
