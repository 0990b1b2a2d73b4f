package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.event.EventJournal;
import io.gantry.filter.Filters;
import io.gantry.image.config.ImageConfig;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerPin;
import io.gantry.image.layer.LayerStore;
import io.gantry.image.transfer.BlobDownloads;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.registry.AuthConfig;
import io.gantry.registry.RegistryClient;
import io.gantry.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * All that can be done with images. Every method may be called by many threads at once. What is
 * answered from memory (resolve, list, inspect) takes no lock. When a method that changes images or
 * names returns, the change survives a power cut. A name or id that does not exist is an {@link
 * EngineException} of kind NOT_FOUND with Docker's text.
 *
 * <p>Reading what there is begins in the background when it is made; whoever asks before that is
 * done waits.
 */
public final class ImageService implements AutoCloseable {

  private final ImageStore images;
  private final LayerStore layers;
  private final ConfigCache configs;
  private final ImageEvents events;
  private final RegistryClient registries;
  private final ImageLister lister;
  private final ImageInspector inspector;
  private final ImageRemover remover;
  private final ImageLoader loader;
  private final ImageSaver saver;
  private final ImageMaker maker;
  private final ImagePuller puller;
  private final BlobDownloads downloads;
  private final ImagePusher pusher;
  private final RegistryQueries queries;
  private final CompletableFuture<Boolean> loaded = new CompletableFuture<>();

  public ImageService(
      Store store,
      StorageDriver driver,
      EventJournal journal,
      ImageUsers users,
      ImageOptions options)
      throws IOException {
    Path data = options.dataDirectory();
    images = new ImageStore(store);
    layers = new LayerStore(store, driver, data, options.runDirectory(), () -> chainsInUse(users));
    configs = new ConfigCache(images);
    events = new ImageEvents(journal, images);
    registries = new RegistryClient(options.registries());
    ImageCommitter committer = new ImageCommitter(images, layers);
    downloads =
        new BlobDownloads(
            data.resolve("downloads"), options.downloads(), options.downloadAttempts());
    lister = new ImageLister(images, layers, users);
    inspector = new ImageInspector(images, layers, configs, options.driverName());
    remover = new ImageRemover(images, layers, users, events);
    loader = new ImageLoader(images, layers, committer, events, data.resolve("spool"));
    saver = new ImageSaver(images, layers, events);
    maker = new ImageMaker(layers, configs, committer, registries, events);
    puller = new ImagePuller(registries, images, layers, downloads, committer, events);
    pusher = new ImagePusher(registries, images, layers, events, options.uploads());
    queries = new RegistryQueries(registries);
    Thread.ofPlatform().name("images-load").daemon().start(() -> load(data));
  }

  private static Set<String> chainsInUse(ImageUsers users) {
    Set<String> chains = new HashSet<>();
    for (ImageUsers.Use use : users.users()) {
      chains.add(use.chainId());
      use.mounted().forEach(image -> chains.add(image.chainId()));
    }
    return chains;
  }

  private void load(Path data) {
    try {
      SpooledArchive.sweep(data.resolve("spool"));
      layers.load();
      images.load(layers);
      loaded.complete(true);
    } catch (IOException | RuntimeException e) {
      loaded.completeExceptionally(e);
    }
  }

  private void ready() {
    if (loaded.isDone() && !loaded.isCompletedExceptionally()) {
      return;
    }
    try {
      loaded.join();
    } catch (CompletionException e) {
      throw EngineException.system("the images could not be read: " + e.getMessage(), e);
    }
  }

  private ImageIndex index() {
    ready();
    return images.index();
  }

  /** The image that a name, a digest, an id or an unambiguous prefix of an id stands for. */
  public Image resolve(String nameOrId) {
    return ImageFinder.get(index(), nameOrId);
  }

  /** Like {@link #resolve}, empty when there is none. */
  public Optional<Image> find(String nameOrId) {
    return ImageFinder.find(index(), nameOrId);
  }

  /** The image's configuration. */
  public ImageConfig config(Image image) {
    return configs.get(image);
  }

  /** The image's configuration as it came, byte for byte. */
  public byte[] document(Image image) {
    return images.config(image.id());
  }

  /** Familiar names, with tag, of the image. */
  public List<String> tags(String imageId) {
    return index().namesOf(imageId).stream()
        .filter(name -> name.digest().isEmpty())
        .map(Reference::familiar)
        .toList();
  }

  /**
   * Resolves and keeps the image and its layers until the hold is closed. For making a container.
   */
  public ImageHold hold(String nameOrId) {
    Image image = resolve(nameOrId);
    Optional<LayerPin> pin =
        image
            .chainId()
            .map(chain -> layers.pin(chain).orElseThrow(() -> ImageFinder.missing(nameOrId)));
    return new Hold(image, pin);
  }

  /** Keeps several, and what other containers mount, for a container that is to mount them. */
  public ImageHolds holds() {
    return new ImageHolds(
        this::hold, chain -> layers.pin(chain).orElseThrow(() -> ImageFinder.missing(chain)));
  }

  private record Hold(Image image, Optional<LayerPin> pin) implements ImageHold {

    @Override
    public Optional<String> parentSnapshot() {
      return pin.map(LayerPin::layer).map(Layer::snapshot);
    }

    @Override
    public void close() {
      pin.ifPresent(LayerPin::close);
    }
  }

  /** A container is gone; layers that only it still needed are deleted. */
  public void released(String chainId) {
    ready();
    layers.released(chainId);
  }

  /**
   * Deletes the layers that the last daemon did not come to delete with the last container on them.
   * To be called once, when the containers of the last run are known.
   */
  public void collectLayers() {
    ready();
    layers.collect();
  }

  /** The images that match, newest first. */
  public List<ImageSummary> list(ImageQuery query) {
    ready();
    return lister.list(query);
  }

  /**
   * All of an image.
   *
   * @param platform the one it must be for
   */
  public ImageDetails inspect(String nameOrId, Optional<Platform> platform) {
    ready();
    return inspector.inspect(nameOrId, platform);
  }

  /**
   * How an image was made, newest first.
   *
   * @param platform the one it must be for
   */
  public List<HistoryItem> history(String nameOrId, Optional<Platform> platform) {
    ready();
    return inspector.history(nameOrId, platform);
  }

  /** Gives the image another name; {@code tag} may be empty. */
  public void tag(String nameOrId, String repository, String tag) {
    ready();
    Reference name = Reference.target(repository, tag);
    String id =
        images.change(
            transaction -> {
              Image image = ImageFinder.get(transaction.index(), nameOrId);
              transaction.name(name, image.id());
              return image.id();
            });
    events.publish("tag", id, name.familiar());
  }

  /**
   * Takes a name away, and the image with its last name (API v1.51, {@code DELETE /images/{name}}).
   *
   * @param platform the one the image must be for
   * @param prune also untagged parents
   */
  public List<Removal> remove(
      String nameOrId, Optional<Platform> platform, boolean force, boolean prune) {
    ready();
    return remover.remove(nameOrId, platform, force, prune);
  }

  /** Removes images nothing uses. Filters: dangling, until, label, label!. */
  public PruneReport prune(Filters filters) {
    ready();
    return remover.prune(filters);
  }

  /**
   * Takes images from a Docker archive or an OCI layout, plain, gzip, zstd, bzip2 or xz.
   *
   * @param platform the only one whose images are taken; that there is none is an error
   */
  public void load(
      InputStream archive, Optional<Platform> platform, boolean quiet, ProgressSink progress) {
    ready();
    loader.load(archive, platform, quiet, progress);
  }

  /**
   * Checks names and platform before the first byte is written. The stream is not closed.
   *
   * @param platform the one all must be for
   */
  public void save(List<String> namesOrIds, Optional<Platform> platform, OutputStream out) {
    ready();
    saver.save(namesOrIds, platform, out);
  }

  /** Makes an image of a root file system's tar. Returns its id. */
  public String importTar(ImportRequest request, InputStream tar, ProgressSink progress) {
    ready();
    return maker.importTar(request, tar, progress);
  }

  /**
   * Makes an image of a container's changes. The caller holds the container still. Returns its id.
   */
  public String commit(CommitRequest request) {
    ready();
    return maker.commit(request);
  }

  /**
   * Fetches an image. A failure before anything was sent to the sink is thrown with its status;
   * later ones too, the caller then ends the stream with {@link ProgressSink#error}.
   *
   * @param reference with tag or digest, or a repository when {@code allTags}
   */
  public void pull(
      Reference reference,
      boolean allTags,
      Optional<Platform> platform,
      AuthConfig auth,
      ProgressSink progress) {
    ready();
    puller.pull(reference, allTags, platform, auth, progress);
  }

  /**
   * Sends an image to its registry.
   *
   * @param reference with a tag; without one every tag of the repository is pushed
   * @param platform the one the image must be for
   */
  public void push(
      Reference reference, Optional<Platform> platform, AuthConfig auth, ProgressSink progress) {
    ready();
    pusher.push(reference, platform, auth, progress);
  }

  /**
   * Asks the registry whose host leads the term, else Docker Hub. Filters: is-official,
   * is-automated, stars.
   */
  public List<SearchHit> search(String term, int limit, Filters filters, AuthConfig auth) {
    return queries.search(term, limit, filters, auth);
  }

  /** Asks the registry whether it accepts the credentials. */
  public LoginResult checkAuth(AuthConfig auth) {
    return queries.login(auth);
  }

  /** Asks the registry what it has under a name. */
  public DistributionInfo distribution(String name, AuthConfig auth) {
    return queries.distribution(name, auth);
  }

  /** The image and all that were made from it on this host. */
  public Set<String> descendants(String imageId) {
    Set<String> found = new HashSet<>(Set.of(imageId));
    boolean grown = true;
    while (grown) {
      grown = false;
      for (Image image : index().images()) {
        grown |= image.parent().filter(found::contains).isPresent() && found.add(image.id());
      }
    }
    return found;
  }

  /** For {@code system df}. */
  public ImageUsage usage() {
    ready();
    return lister.usage();
  }

  /** How many images there are, from memory. */
  public int count() {
    return index().images().size();
  }

  /**
   * Takes other registries and limits, from now on. The rest of the options is that of the start.
   */
  public void reload(ImageOptions options) {
    registries.reload(options.registries());
    downloads.reload(options.downloads(), options.downloadAttempts());
    pusher.reload(options.uploads());
  }

  /** Lets connections go. Operations under way fail. */
  @Override
  public void close() {
    registries.close();
  }
}
