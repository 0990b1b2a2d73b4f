package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.registry.AuthConfig;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * All that can be done with images. Every method may be called by many threads at once. What is answered from memory (resolve,
 * list, inspect) takes no lock. When a method that changes images or names returns, the change survives a power cut. A name or
 * id that does not exist is an {@link EngineException} of kind NOT_FOUND with Docker's text.
 */
public final class ImageService {

  /** The image that a name, a digest, an id or an unambiguous prefix of an id stands for. */
  public Image resolve(String nameOrId) {
    throw new UnsupportedOperationException();
  }

  /** Like {@link #resolve}, empty when there is none. */
  public Optional<Image> find(String nameOrId) {
    throw new UnsupportedOperationException();
  }

  /** The image's configuration. */
  public ImageConfig config(Image image) {
    throw new UnsupportedOperationException();
  }

  /** Familiar names, with tag, of the image. */
  public List<String> tags(String imageId) {
    throw new UnsupportedOperationException();
  }

  /** Resolves and keeps the image and its layers until the hold is closed. For making a container. */
  public ImageHold hold(String nameOrId) {
    throw new UnsupportedOperationException();
  }

  /** A container is gone; layers that only it still needed are deleted. */
  public void released(String chainId) {
    throw new UnsupportedOperationException();
  }

  /** The images that match, newest first. */
  public List<ImageSummary> list(ImageQuery query) {
    throw new UnsupportedOperationException();
  }

  public ImageDetails inspect(String nameOrId) {
    throw new UnsupportedOperationException();
  }

  /** Newest first. */
  public List<HistoryItem> history(String nameOrId) {
    throw new UnsupportedOperationException();
  }

  /** Gives the image another name; {@code tag} may be empty. */
  public void tag(String nameOrId, String repository, String tag) {
    throw new UnsupportedOperationException();
  }

  /**
   * Takes a name away, and the image with its last name (API v1.51, {@code DELETE /images/{name}}).
   *
   * @param prune also untagged parents
   */
  public List<Removal> remove(String nameOrId, boolean force, boolean prune) {
    throw new UnsupportedOperationException();
  }

  /** Removes images nothing uses. Filters: dangling, until, label, label!. */
  public PruneReport prune(Map<String, List<String>> filters) {
    throw new UnsupportedOperationException();
  }

  /** Takes images from a Docker archive or an OCI layout, plain, gzip, zstd, bzip2 or xz. */
  public void load(InputStream archive, boolean quiet, ProgressSink progress) {
    throw new UnsupportedOperationException();
  }

  /** Checks the names before the first byte is written. */
  public void save(List<String> namesOrIds, OutputStream out) {
    throw new UnsupportedOperationException();
  }

  /** Makes an image of a root file system's tar. Returns its id. */
  public String importTar(ImportRequest request, InputStream tar, ProgressSink progress) {
    throw new UnsupportedOperationException();
  }

  /** Makes an image of a container's changes. The caller holds the container still. Returns its id. */
  public String commit(CommitRequest request) {
    throw new UnsupportedOperationException();
  }

  /**
   * Fetches an image. A failure before anything was sent to the sink is thrown with its status; later ones too, the caller then
   * ends the stream with {@link ProgressSink#error}.
   *
   * @param reference with tag or digest, or a repository when {@code allTags}
   */
  public void pull(
      Reference reference, boolean allTags, Optional<Platform> platform, AuthConfig auth, ProgressSink progress) {
    throw new UnsupportedOperationException();
  }

  /**
   * Sends an image to its registry.
   *
   * @param reference with a tag; without one every tag of the repository is pushed
   */
  public void push(Reference reference, AuthConfig auth, ProgressSink progress) {
    throw new UnsupportedOperationException();
  }

  /** Asks the registry whose host leads the term, else Docker Hub. Filters: is-official, is-automated, stars. */
  public List<SearchHit> search(String term, int limit, Map<String, List<String>> filters, AuthConfig auth) {
    throw new UnsupportedOperationException();
  }

  /** Asks the registry whether it accepts the credentials. */
  public LoginResult checkAuth(AuthConfig auth) {
    throw new UnsupportedOperationException();
  }

  /** Asks the registry what it has under a name. */
  public DistributionInfo distribution(String name, AuthConfig auth) {
    throw new UnsupportedOperationException();
  }

  /** For {@code system df}. */
  public ImageUsage usage() {
    throw new UnsupportedOperationException();
  }

  /** How many images there are, from memory. */
  public int count() {
    throw new UnsupportedOperationException();
  }
}
