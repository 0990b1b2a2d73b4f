package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerPin;
import io.gantry.image.layer.LayerStore;
import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarWriter;
import io.gantry.registry.Digests;
import io.gantry.registry.MediaTypes;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes images as an archive that is a Docker archive and an OCI image layout at once, as dockerd
 * 28 does (moby {@code image/tarexport/save.go}). Layers are checked against their digests while
 * they are written: a damaged one breaks the archive off.
 */
final class ImageSaver {

  /** An image that is saved, with the names it was asked for by. */
  private static final class Item {
    final Image image;
    final List<Reference> names = new ArrayList<>();
    byte[] config = new byte[0];
    byte[] manifest = new byte[0];
    List<Layer> stack = List.of();

    Item(Image image) {
      this.image = image;
    }
  }

  /** Something that goes to {@code blobs/}. */
  private sealed interface Blob {

    @SuppressWarnings("ArrayRecordComponent")
    record Document(byte[] bytes, long time) implements Blob {}

    record LayerTar(Layer layer, long time) implements Blob {}
  }

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int DIRECTORY_MODE = 0755;
  private static final int FILE_MODE = 0644;

  private final ImageStore images;
  private final LayerStore layers;
  private final ImageEvents events;

  ImageSaver(ImageStore images, LayerStore layers, ImageEvents events) {
    this.images = images;
    this.layers = layers;
    this.events = events;
  }

  /**
   * @param platform the one that all must be for
   * @param out not closed. Nothing is written when a name or a platform is wrong
   */
  void save(List<String> namesOrIds, Optional<Platform> platform, OutputStream out) {
    List<LayerPin> pins = new ArrayList<>();
    try {
      List<Item> items = select(namesOrIds);
      platform.ifPresent(wanted -> items.forEach(item -> require(wanted, item.image)));
      items.forEach(item -> prepare(item, pins));
      write(items, out);
      items.forEach(item -> events.publish("save", item.image.id(), item.image.id()));
    } catch (IOException e) {
      throw EngineException.system("save: " + e.getMessage(), e);
    } finally {
      pins.forEach(LayerPin::close);
    }
  }

  private static void require(Platform wanted, Image image) {
    if (!wanted.accepts(Platform.of(image))) {
      throw EngineException.system("no suitable export target found for platform " + wanted, null);
    }
  }

  private List<Item> select(List<String> namesOrIds) {
    ImageIndex index = images.index();
    Map<String, Item> items = new LinkedHashMap<>();
    for (String name : namesOrIds) {
      if (Reference.isBareId(name) || Digests.isDigest(name)) {
        Image image = ImageFinder.get(index, name);
        items.computeIfAbsent(image.id(), id -> new Item(image));
        continue;
      }
      Reference reference = Reference.parse(name);
      List<Reference> tags =
          reference.isNameOnly() ? index.tagsIn(reference) : List.of(reference.key());
      if (reference.isNameOnly() && tags.isEmpty() || reference.familiarName().equals("sha256")) {
        Image image =
            index
                .byPrefix(name)
                .orElseThrow(() -> EngineException.notFound("No such image: " + name));
        items.computeIfAbsent(image.id(), id -> new Item(image));
        continue;
      }
      for (Reference tag : tags) {
        Image image =
            index
                .byName(tag)
                .orElseThrow(() -> EngineException.notFound("reference does not exist"));
        Item item = items.computeIfAbsent(image.id(), id -> new Item(image));
        if (tag.tag().isPresent() && !item.names.contains(tag)) {
          item.names.add(tag);
        }
      }
    }
    return List.copyOf(items.values());
  }

  private void prepare(Item item, List<LayerPin> pins) {
    item.image
        .chainId()
        .ifPresent(
            chain ->
                pins.add(
                    layers.pin(chain).orElseThrow(() -> ImageFinder.missing(item.image.id()))));
    item.config = images.config(item.image.id());
    item.stack =
        layers.stack(item.image.diffIds()).orElseThrow(() -> ImageFinder.missing(item.image.id()));
    List<Object> descriptors = new ArrayList<>();
    item.stack.forEach(layer -> descriptors.add(layerDescriptor(layer)));
    Map<String, Object> manifest = new LinkedHashMap<>();
    manifest.put("schemaVersion", 2);
    manifest.put("mediaType", MediaTypes.OCI_MANIFEST);
    manifest.put("config", descriptor(MediaTypes.OCI_CONFIG, item.image.id(), item.config.length));
    manifest.put("layers", descriptors);
    item.manifest = MAPPER.writeValueAsBytes(manifest);
  }

  private static Map<String, Object> layerDescriptor(Layer layer) {
    return descriptor(MediaTypes.OCI_LAYER, layer.diffId(), layer.tarSize());
  }

  private static Map<String, Object> descriptor(String mediaType, String digest, long size) {
    Map<String, Object> descriptor = new LinkedHashMap<>();
    descriptor.put("mediaType", mediaType);
    descriptor.put("digest", digest);
    descriptor.put("size", size);
    return descriptor;
  }

  private void write(List<Item> items, OutputStream out) throws IOException {
    TarWriter tar = new TarWriter(new Unclosed(out));
    long now = Instant.now().getEpochSecond();
    tar.entry(TarEntry.directory("blobs/", DIRECTORY_MODE, now));
    tar.entry(TarEntry.directory("blobs/sha256/", DIRECTORY_MODE, now));
    for (Map.Entry<String, Blob> blob : blobs(items).entrySet()) {
      write(tar, blob.getKey(), blob.getValue());
    }
    document(tar, "index.json", MAPPER.writeValueAsBytes(index(items)));
    document(
        tar,
        "manifest.json",
        MAPPER.writeValueAsBytes(items.stream().map(ImageSaver::dockerItem).toList()));
    document(tar, "oci-layout", MAPPER.writeValueAsBytes(Map.of("imageLayoutVersion", "1.0.0")));
    Map<String, Map<String, String>> repositories = repositories(items);
    if (!repositories.isEmpty()) {
      document(tar, "repositories", MAPPER.writeValueAsBytes(repositories));
    }
    tar.close();
    out.flush();
  }

  private static Map<String, Blob> blobs(List<Item> items) {
    Map<String, Blob> blobs = new TreeMap<>();
    for (Item item : items) {
      long time = item.image.created().map(Instant::getEpochSecond).orElse(0L);
      blobs.put(path(item.image.id()), new Blob.Document(item.config, time));
      blobs.put(path(Digests.sha256(item.manifest)), new Blob.Document(item.manifest, 0));
      item.stack.forEach(layer -> blobs.put(path(layer.diffId()), new Blob.LayerTar(layer, time)));
    }
    return blobs;
  }

  private static String path(String digest) {
    return "blobs/" + digest.replace(':', '/');
  }

  private void write(TarWriter tar, String path, Blob blob) throws IOException {
    switch (blob) {
      case Blob.Document document -> {
        tar.entry(TarEntry.file(path, FILE_MODE, document.bytes().length, document.time()));
        tar.content(document.bytes(), 0, document.bytes().length);
      }
      case Blob.LayerTar layer -> {
        tar.entry(TarEntry.file(path, FILE_MODE, layer.layer().tarSize(), layer.time()));
        copy(layer.layer(), tar);
      }
    }
  }

  private void copy(Layer layer, TarWriter tar) throws IOException {
    MessageDigest sum = Digests.sumFor(layer.diffId());
    try (InputStream in = layers.tar(layer)) {
      byte[] buffer = new byte[128 * 1024];
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        sum.update(buffer, 0, n);
        tar.content(buffer, 0, n);
      }
    }
    String found = Digests.text(sum);
    if (!found.equals(layer.diffId())) {
      throw new IOException("layer " + layer.diffId() + " is damaged: its files now give " + found);
    }
  }

  private static void document(TarWriter tar, String name, byte[] bytes) throws IOException {
    tar.entry(TarEntry.file(name, FILE_MODE, bytes.length, 0));
    tar.content(bytes, 0, bytes.length);
  }

  private static Map<String, Object> index(List<Item> items) {
    List<Object> manifests = new ArrayList<>();
    for (Item item : items) {
      List<Optional<Reference>> names = new ArrayList<>();
      item.names.forEach(name -> names.add(Optional.of(name)));
      if (names.isEmpty()) {
        names.add(Optional.empty());
      }
      for (Optional<Reference> name : names) {
        Map<String, Object> entry =
            descriptor(
                MediaTypes.OCI_MANIFEST, Digests.sha256(item.manifest), item.manifest.length);
        name.ifPresent(
            reference -> {
              Map<String, String> annotations = new LinkedHashMap<>();
              annotations.put("io.containerd.image.name", reference.toString());
              annotations.put("org.opencontainers.image.ref.name", reference.tag().orElse(""));
              entry.put("annotations", annotations);
            });
        manifests.add(entry);
      }
    }
    Map<String, Object> index = new LinkedHashMap<>();
    index.put("schemaVersion", 2);
    index.put("mediaType", MediaTypes.OCI_INDEX);
    index.put("manifests", manifests);
    return index;
  }

  private static Map<String, Object> dockerItem(Item item) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("Config", path(item.image.id()));
    entry.put(
        "RepoTags",
        item.names.isEmpty() ? null : item.names.stream().map(Reference::familiar).toList());
    entry.put("Layers", item.stack.stream().map(layer -> path(layer.diffId())).toList());
    Map<String, Object> sources = new TreeMap<>();
    item.stack.forEach(layer -> sources.put(layer.diffId(), layerDescriptor(layer)));
    entry.put("LayerSources", sources);
    return entry;
  }

  /** What clients of long ago read: the top layer of each name. */
  private static Map<String, Map<String, String>> repositories(List<Item> items) {
    Map<String, Map<String, String>> repositories = new TreeMap<>();
    for (Item item : items) {
      if (item.stack.isEmpty()) {
        continue;
      }
      String diffId = item.stack.getLast().diffId();
      for (Reference name : item.names) {
        repositories
            .computeIfAbsent(name.familiarName(), key -> new TreeMap<>())
            .put(name.tag().orElse(""), diffId.substring(diffId.indexOf(':') + 1));
      }
    }
    return repositories;
  }

  /** The archive's end is not the answer's end. */
  private static final class Unclosed extends OutputStream {

    private final OutputStream out;

    Unclosed(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) throws IOException {
      out.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
      out.write(bytes, offset, count);
    }

    @Override
    public void flush() throws IOException {
      out.flush();
    }
  }
}
