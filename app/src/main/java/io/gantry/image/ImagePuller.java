package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.image.config.ConfigJson;
import io.gantry.image.config.ImageConfig;
import io.gantry.image.layer.LayerStore;
import io.gantry.image.transfer.BlobDownloads;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.image.transfer.PulledLayers;
import io.gantry.registry.AuthConfig;
import io.gantry.registry.BlobStream;
import io.gantry.registry.Descriptor;
import io.gantry.registry.Digests;
import io.gantry.registry.Manifest;
import io.gantry.registry.RawManifest;
import io.gantry.registry.RegistryClient;
import io.gantry.registry.RegistryException;
import io.gantry.registry.Repository;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Fetches images (moby {@code distribution/pull_v2.go}): layers in parallel, each applied while
 * later ones still come; an image and its names become visible together at the end.
 */
final class ImagePuller {

  private final RegistryClient registries;
  private final ImageStore images;
  private final LayerStore layers;
  private final BlobDownloads downloads;
  private final ImageCommitter committer;
  private final ImageEvents events;

  ImagePuller(
      RegistryClient registries,
      ImageStore images,
      LayerStore layers,
      BlobDownloads downloads,
      ImageCommitter committer,
      ImageEvents events) {
    this.registries = registries;
    this.images = images;
    this.layers = layers;
    this.downloads = downloads;
    this.committer = committer;
    this.events = events;
  }

  void pull(
      Reference reference,
      boolean allTags,
      Optional<Platform> platform,
      AuthConfig auth,
      ProgressSink progress) {
    if (reference.familiarName().equals("scratch")) {
      throw EngineException.forbidden("'scratch' is a reserved name");
    }
    try {
      Repository repository = registries.forPull(reference.domain(), reference.path(), auth);
      boolean newer = false;
      if (allTags) {
        for (String tag : repository.tags()) {
          newer |= pullOne(repository, reference.withTag(tag), platform, progress);
        }
      } else {
        newer = pullOne(repository, reference, platform, progress);
      }
      String shown = allTags ? reference.familiarName() : reference.familiar();
      progress.status(
          newer
              ? "Status: Downloaded newer image for " + shown
              : "Status: Image is up to date for " + shown);
      warnOfPlatform(reference, allTags, platform, progress);
    } catch (RegistryException e) {
      if (e.reason() == RegistryException.Reason.CONNECTION) {
        registries.forget(reference.domain());
      }
      throw PullErrors.translate(e, reference);
    }
  }

  private void warnOfPlatform(
      Reference reference, boolean allTags, Optional<Platform> platform, ProgressSink progress) {
    if (allTags || platform.isEmpty()) {
      return;
    }
    images
        .index()
        .byName(reference)
        .filter(image -> !platform.get().accepts(Platform.of(image)))
        .ifPresent(
            image ->
                progress.status(
                    "WARNING: image with reference "
                        + reference.familiar()
                        + " was found but its platform ("
                        + Platform.of(image)
                        + ") does not match the specified platform ("
                        + platform.get()
                        + ")"));
  }

  /** Whether something changed. */
  private boolean pullOne(
      Repository repository,
      Reference reference,
      Optional<Platform> platform,
      ProgressSink progress) {
    String wanted = reference.digest().or(reference::tag).orElse(Reference.DEFAULT_TAG);
    Optional<String> known = upToDate(repository, reference, wanted, platform);
    if (known.isPresent()) {
      begin(reference, progress);
      progress.status("Digest: " + known.get());
      return false;
    }
    RawManifest top = repository.manifest(wanted);
    begin(reference, progress);
    Manifest.Single manifest = resolve(repository, top, platform);
    String id = manifest.config().digest();
    boolean fetched = images.index().byId(id).isEmpty();
    if (fetched) {
      fetch(repository, manifest, reference, top.digest(), progress);
    }
    progress.status("Digest: " + top.digest());
    boolean newer = fetched || name(reference, top.digest(), id);
    events.publish("pull", reference.familiar(), reference.familiarName());
    return newer;
  }

  private static void begin(Reference reference, ProgressSink progress) {
    String what =
        reference.digest().isPresent() ? reference.familiar() : reference.tag().orElse("");
    progress.send(
        new ProgressSink.Message(
            "Pulling from " + reference.path(), what, Optional.empty(), "", "", Map.of()));
  }

  /**
   * The digest, when the registry's tag still points to what is here under this name: no manifest
   * needs to come.
   */
  private Optional<String> upToDate(
      Repository repository, Reference reference, String wanted, Optional<Platform> platform) {
    if (reference.digest().isPresent() || platform.isPresent()) {
      return Optional.empty();
    }
    Optional<Image> here = images.index().byName(reference);
    if (here.isEmpty()) {
      return Optional.empty();
    }
    return repository
        .look(wanted)
        .map(Descriptor::digest)
        .filter(
            digest ->
                images.index().namesOf(here.get().id()).contains(reference.withDigest(digest)));
  }

  /** The manifest of the platform. */
  private static Manifest.Single resolve(
      Repository repository, RawManifest top, Optional<Platform> platform) {
    Manifest manifest = top.parse();
    for (int depth = 0; depth < 4; depth++) {
      switch (manifest) {
        case Manifest.Single single -> {
          return single;
        }
        case Manifest.Index index -> {
          Descriptor chosen = PlatformChoice.choose(index.manifests(), platform);
          manifest = repository.manifest(chosen.digest()).parse();
        }
      }
    }
    throw EngineException.invalid("manifest list of " + top.digest() + " is nested too deep");
  }

  private static List<Reference> names(Reference reference, String digest) {
    Reference byDigest = reference.withDigest(digest);
    return reference.digest().isPresent() ? List.of(byDigest) : List.of(byDigest, reference);
  }

  private void fetch(
      Repository repository,
      Manifest.Single manifest,
      Reference reference,
      String digest,
      ProgressSink progress) {
    byte[] document = config(repository, manifest.config());
    ImageConfig config = ConfigJson.read(document);
    if (!config.os().isEmpty() && !config.os().equals("linux")) {
      throw EngineException.system(
          "image operating system \"" + config.os() + "\" cannot be used on this platform", null);
    }
    if (config.diffIds().size() != manifest.layers().size()) {
      throw EngineException.invalid("layers from manifest don't match image configuration");
    }
    try (PulledLayers pulled =
        new PulledLayers(layers, reference.name(), manifest, config, progress)) {
      pulled.begin(downloads, repository);
      pulled.apply();
      committer.commit(
          new ImageCommitter.NewImage(document, config, Optional.empty()),
          pulled.stack(),
          names(reference, digest));
    }
  }

  private byte[] config(Repository repository, Descriptor descriptor) {
    if (descriptor.size() > ConfigJson.MAX_SIZE) {
      throw EngineException.invalid(
          "image configuration "
              + descriptor.digest()
              + " is larger than "
              + ConfigJson.MAX_SIZE
              + " bytes");
    }
    try (BlobStream stream = repository.openBlob(descriptor, 0)) {
      byte[] document = stream.body().readNBytes(ConfigJson.MAX_SIZE + 1);
      if (!Digests.of(descriptor.digest(), document).equals(descriptor.digest())) {
        throw EngineException.invalid(
            "image config verification failed for digest " + descriptor.digest());
      }
      return document;
    } catch (IOException e) {
      throw EngineException.system(
          "image configuration " + descriptor.digest() + ": " + e.getMessage(), e);
    }
  }

  private boolean name(Reference reference, String digest, String id) {
    return images.change(
        transaction -> {
          ImageIndex index = transaction.index();
          if (index.byId(id).isEmpty()) {
            throw EngineException.conflict("image " + id + " was removed while it was pulled");
          }
          List<Reference> names = names(reference, digest);
          boolean newer = !index.namesOf(id).contains(names.getLast());
          names.stream()
              .filter(name -> !index.namesOf(id).contains(name))
              .forEach(name -> transaction.name(name, id));
          return newer;
        });
  }
}
