package io.gantry.image;

import io.gantry.id.Ids;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What is kept in memory of an image. The rest of its configuration is read from the database when
 * somebody asks ({@link ImageService#config(Image)}), so that ten thousand images are cheap. Names
 * are not here: they change, the image does not.
 *
 * @param id digest of the configuration, {@code sha256:...}
 * @param parent id of the image it was made from on this host
 * @param created as the configuration says
 * @param architecture in Go's spelling
 * @param os in Go's spelling
 * @param variant of the architecture; may be empty
 * @param labels from the configuration
 * @param diffIds digests of the uncompressed layers, lowest first
 * @param chainId of all the layers; empty when it has none
 * @param size of all the layers' files, in bytes
 */
public record Image(
    String id,
    Optional<String> parent,
    Optional<Instant> created,
    String architecture,
    String os,
    String variant,
    Map<String, String> labels,
    List<String> diffIds,
    Optional<String> chainId,
    long size) {

  public Image {
    labels = Map.copyOf(labels);
    diffIds = List.copyOf(diffIds);
  }

  /** Twelve hexadecimal digits, as {@code docker images} shows. */
  public String shortId() {
    return Ids.shortened(id);
  }
}
