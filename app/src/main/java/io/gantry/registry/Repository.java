package io.gantry.registry;

import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A repository in a registry, at the endpoint that answered, for one user. Used by many threads at
 * once. Failures are {@link RegistryException}s.
 */
public final class Repository {

  private final Session session;
  private final String name;
  private final ManifestEndpoint manifests;
  private final BlobEndpoint blobs;
  private final UploadEndpoint uploads;

  Repository(Session session, String name) {
    this.session = session;
    this.name = name;
    manifests = new ManifestEndpoint(session, name);
    blobs = new BlobEndpoint(session, name);
    uploads = new UploadEndpoint(session, name);
  }

  /** What a tag points to now, if the registry can tell without sending it. */
  public Optional<Descriptor> look(String tagOrDigest) {
    return manifests.head(tagOrDigest);
  }

  /** A manifest or index; by digest it is proven to be it. */
  public RawManifest manifest(String tagOrDigest) {
    return manifests.get(tagOrDigest);
  }

  public void putManifest(String tagOrDigest, String mediaType, byte[] document) {
    manifests.put(tagOrDigest, mediaType, document);
  }

  public List<String> tags() {
    return new TagsEndpoint(session).tags(name);
  }

  public boolean hasBlob(String digest) {
    return blobs.exists(digest);
  }

  /** Opens a blob at or before the offset; falls back to the places its descriptor names. */
  public BlobStream openBlob(Descriptor blob, long offset) {
    try {
      return blobs.open(blob.digest(), offset);
    } catch (RegistryException e) {
      if (e.reason() == RegistryException.Reason.BLOB_UNKNOWN && !blob.urls().isEmpty()) {
        return blobs.openAt(blob.urls(), blob.digest(), offset);
      }
      throw e;
    }
  }

  /** Sends a small blob. */
  public void upload(String digest, byte[] content) {
    uploads.upload(digest, content);
  }

  /**
   * Streams a blob.
   *
   * @param content made anew for every attempt
   * @param digest asked for when the content has been read to its end
   */
  public void upload(Supplier<InputStream> content, Supplier<String> digest) {
    uploads.upload(content, digest);
  }

  /**
   * Takes a blob over from another repository of the same registry; false when the registry does
   * not do it.
   */
  public boolean mount(String digest, String fromRepository) {
    Session both =
        session.withScopes(
            List.of("repository:" + name + ":pull,push", "repository:" + fromRepository + ":pull"));
    return new UploadEndpoint(both, name).mount(digest, fromRepository);
  }
}
