package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.id.Ids;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerBlob;
import io.gantry.image.layer.LayerPin;
import io.gantry.image.layer.LayerStore;
import io.gantry.image.transfer.LayerUpload;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.image.transfer.Slots;
import io.gantry.registry.AuthConfig;
import io.gantry.registry.Digests;
import io.gantry.registry.MediaTypes;
import io.gantry.registry.RegistryClient;
import io.gantry.registry.RegistryException;
import io.gantry.registry.Repository;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends images (moby {@code distribution/push_v2.go}): layers the registry has are not sent, those
 * it has elsewhere are mounted, the rest goes in parallel.
 */
final class ImagePusher {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int MAX_CHECKS = 4;
  private static final int MAX_MOUNTS = 4;

  private final RegistryClient registries;
  private final ImageStore images;
  private final LayerStore layers;
  private final ImageEvents events;
  private final Slots slots;

  /**
   * @param uploads how many layers at a time
   */
  ImagePusher(
      RegistryClient registries,
      ImageStore images,
      LayerStore layers,
      ImageEvents events,
      int uploads) {
    this.registries = registries;
    this.images = images;
    this.layers = layers;
    this.events = events;
    this.slots = new Slots(uploads);
  }

  /** Takes another limit. */
  void reload(int uploads) {
    slots.resize(uploads);
  }

  void push(
      Reference reference, Optional<Platform> platform, AuthConfig auth, ProgressSink progress) {
    if (platform.isPresent()) {
      ImageFinder.get(images.index(), reference.familiar(), platform);
    }
    progress.status("The push refers to repository [" + reference.name() + "]");
    List<Reference> names =
        reference.isNameOnly() ? images.index().tagsIn(reference) : List.of(reference.key());
    if (names.isEmpty() || images.index().byName(names.getFirst()).isEmpty()) {
      throw EngineException.notFound(
          "An image does not exist locally with the tag: " + reference.familiarName());
    }
    try {
      Repository repository = registries.forPush(reference.domain(), reference.path(), auth);
      for (Reference name : names) {
        images.index().byName(name).ifPresent(image -> push(repository, name, image, progress));
      }
    } catch (RegistryException e) {
      if (e.reason() == RegistryException.Reason.CONNECTION) {
        registries.forget(reference.domain());
      }
      throw e;
    }
  }

  private void push(Repository repository, Reference name, Image image, ProgressSink progress) {
    Optional<LayerPin> pin =
        image
            .chainId()
            .map(chain -> layers.pin(chain).orElseThrow(() -> ImageFinder.missing(image.id())));
    try {
      List<Layer> stack = pin.map(top -> layers.stack(top.layer())).orElse(List.of());
      Map<String, LayerBlob> sent = sendLayers(repository, name, stack, progress);
      byte[] config = images.config(image.id());
      if (!repository.hasBlob(image.id())) {
        repository.upload(image.id(), config);
      }
      byte[] manifest = manifest(image, config.length, stack, sent);
      String digest = Digests.sha256(manifest);
      String tag = name.tag().orElse(digest);
      repository.putManifest(tag, MediaTypes.DOCKER_MANIFEST, manifest);
      images.change(
          transaction -> {
            if (transaction.index().byId(image.id()).isPresent()) {
              Reference byDigest = name.withDigest(digest);
              if (!transaction.index().namesOf(image.id()).contains(byDigest)) {
                transaction.name(byDigest, image.id());
              }
            }
            return digest;
          });
      tellEnd(tag, digest, manifest.length, progress);
      events.publish("push", name.familiar(), name.familiarName());
    } finally {
      pin.ifPresent(LayerPin::close);
    }
  }

  private static void tellEnd(String tag, String digest, int size, ProgressSink progress) {
    progress.status(tag + ": digest: " + digest + " size: " + size);
    Map<String, Object> aux = new LinkedHashMap<>();
    aux.put("Tag", tag);
    aux.put("Digest", digest);
    aux.put("Size", size);
    progress.send(
        new ProgressSink.Message("", "", Optional.of(ProgressSink.Progress.NONE), "", "", aux));
  }

  private Map<String, LayerBlob> sendLayers(
      Repository repository, Reference name, List<Layer> stack, ProgressSink progress) {
    Map<String, Layer> distinct = new LinkedHashMap<>();
    for (Layer layer : stack.reversed()) {
      if (distinct.putIfAbsent(layer.diffId(), layer) == null) {
        progress.status(Ids.shortened(layer.diffId()), "Preparing");
      }
    }
    Map<String, Future<LayerBlob>> running = new LinkedHashMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Layer layer : distinct.values()) {
        running.put(layer.diffId(), threads.submit(() -> send(repository, name, layer, progress)));
      }
      try {
        Map<String, LayerBlob> sent = new LinkedHashMap<>();
        for (Map.Entry<String, Future<LayerBlob>> layer : running.entrySet()) {
          sent.put(layer.getKey(), layer.getValue().get());
        }
        return sent;
      } catch (InterruptedException e) {
        threads.shutdownNow();
        Thread.currentThread().interrupt();
        throw EngineException.system("push of " + name.familiar() + " was cancelled", e);
      } catch (ExecutionException e) {
        threads.shutdownNow();
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw EngineException.system("push of " + name.familiar() + ": " + e.getMessage(), e);
      }
    }
  }

  private LayerBlob send(Repository repository, Reference name, Layer layer, ProgressSink progress)
      throws InterruptedException {
    String id = Ids.shortened(layer.diffId());
    if (!slots.tryAcquire()) {
      progress.status(id, "Waiting");
      slots.acquire();
    }
    try {
      Optional<LayerBlob> there = existing(repository, name, layer);
      if (there.isPresent()) {
        progress.status(id, "Layer already exists");
        return there.get();
      }
      Optional<LayerBlob> mounted = mount(repository, name, layer, progress);
      if (mounted.isPresent()) {
        return mounted.get();
      }
      LayerUpload upload = new LayerUpload(layers, layer, progress);
      repository.upload(upload::open, () -> upload.sent().digest());
      LayerUpload.Sent sent = upload.sent();
      progress.status(id, "Pushed");
      return remember(
          layer, new LayerBlob(sent.digest(), name.name(), sent.size(), MediaTypes.DOCKER_LAYER));
    } finally {
      slots.release();
    }
  }

  private LayerBlob remember(Layer layer, LayerBlob blob) {
    layers.blobs().remember(layer.diffId(), blob);
    return blob;
  }

  /** The manifest says gzip, so only such blobs can be used. */
  private List<LayerBlob> candidates(Layer layer) {
    return layers.blobs().of(layer.diffId()).stream()
        .filter(blob -> blob.mediaType().endsWith("gzip"))
        .toList();
  }

  private Optional<LayerBlob> existing(Repository repository, Reference name, Layer layer) {
    List<String> checked = new ArrayList<>();
    List<LayerBlob> known = new ArrayList<>(candidates(layer));
    known.sort(Comparator.comparing(blob -> !blob.repository().equals(name.name())));
    for (LayerBlob blob : known) {
      if (checked.size() == MAX_CHECKS || checked.contains(blob.digest())) {
        continue;
      }
      checked.add(blob.digest());
      if (repository.hasBlob(blob.digest())) {
        return Optional.of(
            remember(
                layer, new LayerBlob(blob.digest(), name.name(), blob.size(), blob.mediaType())));
      }
      if (blob.repository().equals(name.name())) {
        layers.blobs().forget(layer.diffId(), blob);
      }
    }
    return Optional.empty();
  }

  private Optional<LayerBlob> mount(
      Repository repository, Reference name, Layer layer, ProgressSink progress) {
    String host = name.domain() + "/";
    int tried = 0;
    for (LayerBlob blob : candidates(layer)) {
      if (!blob.repository().startsWith(host)
          || blob.repository().equals(name.name())
          || tried++ == MAX_MOUNTS) {
        continue;
      }
      String from = blob.repository().substring(host.length());
      try {
        if (repository.mount(blob.digest(), from)) {
          progress.status(Ids.shortened(layer.diffId()), "Mounted from " + from);
          return Optional.of(
              remember(
                  layer, new LayerBlob(blob.digest(), name.name(), blob.size(), blob.mediaType())));
        }
      } catch (RegistryException e) {
        if (e.isTransient()) {
          throw e;
        }
        // not allowed to read from there: it is sent instead
      }
    }
    return Optional.empty();
  }

  /** As Docker writes it, to the byte, so that digests are the same whoever pushes. */
  private static byte[] manifest(
      Image image, int configSize, List<Layer> stack, Map<String, LayerBlob> sent) {
    List<Object> descriptors = new ArrayList<>();
    for (Layer layer : stack) {
      LayerBlob blob = sent.get(layer.diffId());
      if (blob == null) {
        throw new IllegalStateException(layer.diffId() + " was not sent");
      }
      descriptors.add(descriptor(MediaTypes.DOCKER_LAYER, blob.size(), blob.digest()));
    }
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", MediaTypes.DOCKER_MANIFEST);
    manifest.put("config", descriptor(MediaTypes.DOCKER_CONFIG, configSize, image.id()));
    manifest.put("layers", descriptors);
    DefaultIndenter indent = new DefaultIndenter("   ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
                Separators.createDefaultInstance()
                    .withObjectNameValueSpacing(Separators.Spacing.AFTER)
                    .withArrayEmptySeparator("")
                    .withObjectEmptySeparator(""))
            .withArrayIndenter(indent)
            .withObjectIndenter(indent);
    return MAPPER.writer().with(printer).writeValueAsBytes(manifest);
  }

  private static Map<String, Object> descriptor(String mediaType, long size, String digest) {
    Map<String, Object> descriptor = new LinkedHashMap<>();
    descriptor.put("mediaType", mediaType);
    descriptor.put("size", size);
    descriptor.put("digest", digest);
    return descriptor;
  }
}
