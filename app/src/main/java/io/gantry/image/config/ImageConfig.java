package io.gantry.image.config;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * An image's configuration document, read (OCI image specification 1.1, config.md; Docker image
 * specification 1.2). The bytes it was read from are kept elsewhere, unchanged, because the image's
 * id is their digest.
 *
 * @param architecture in Go's spelling
 * @param os in Go's spelling
 * @param variant of the architecture; may be empty
 * @param osVersion may be empty
 * @param created when
 * @param author may be empty
 * @param comment may be empty
 * @param container id of the container it was committed from; may be empty
 * @param dockerVersion that made it; may be empty
 * @param config for containers made from it
 * @param diffIds digests of the uncompressed layers, lowest first
 * @param history oldest first
 */
public record ImageConfig(
    String architecture,
    String os,
    String variant,
    String osVersion,
    Optional<Instant> created,
    String author,
    String comment,
    String container,
    String dockerVersion,
    RunConfig config,
    List<String> diffIds,
    List<Step> history) {

  public ImageConfig {
    diffIds = List.copyOf(diffIds);
    history = List.copyOf(history);
  }

  /**
   * One step of how the image was made.
   *
   * @param created when
   * @param createdBy the command
   * @param author who
   * @param comment may be empty
   * @param emptyLayer whether it made no layer
   */
  public record Step(
      Optional<Instant> created,
      String createdBy,
      String author,
      String comment,
      boolean emptyLayer) {}
}
