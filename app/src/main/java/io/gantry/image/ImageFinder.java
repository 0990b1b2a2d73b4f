package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.registry.Digests;
import java.util.Optional;

/**
 * What users mean by a name (moby {@code daemon/images/image.go}): a name, a digest, an id, or the
 * beginning of one.
 */
final class ImageFinder {

  private ImageFinder() {}

  static Optional<Image> find(ImageIndex index, String nameOrId) {
    if (Reference.isBareId(nameOrId)) {
      return index.byId("sha256:" + nameOrId);
    }
    if (Digests.isDigest(nameOrId)) {
      return index.byId(nameOrId);
    }
    Optional<Image> named = index.byName(Reference.parse(nameOrId));
    return named.isPresent() ? named : index.byPrefix(nameOrId);
  }

  /**
   * @throws EngineException NOT_FOUND with Docker's text; INVALID when it cannot be a name
   */
  static Image get(ImageIndex index, String nameOrId) {
    return find(index, nameOrId).orElseThrow(() -> missing(nameOrId));
  }

  /**
   * Like {@link #get(ImageIndex, String)}, but for a platform, if one is given.
   *
   * @throws EngineException NOT_FOUND also when the image is for another one
   */
  static Image get(ImageIndex index, String nameOrId, Optional<Platform> platform) {
    Image image = get(index, nameOrId);
    platform.ifPresent(wanted -> wanted.require(image, nameOrId));
    return image;
  }

  static EngineException missing(String nameOrId) {
    boolean id = Reference.isBareId(nameOrId) || Digests.isDigest(nameOrId);
    String shown =
        id
            ? Reference.isBareId(nameOrId) ? "sha256:" + nameOrId : nameOrId
            : Reference.parse(nameOrId).withDefaultTag().familiar();
    return EngineException.notFound("No such image: " + shown);
  }

  /** Whether the user wrote the beginning of this very id. */
  static boolean isIdPrefix(String id, String text) {
    return id.startsWith(text) || id.startsWith(text, id.indexOf(':') + 1);
  }
}
