package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.id.Ids;
import io.gantry.image.config.ConfigJson;
import io.gantry.image.config.ImageConfig;
import io.gantry.image.layer.ChainIds;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerPin;
import io.gantry.image.layer.LayerStore;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.image.transfer.ReportingStream;
import io.gantry.layers.Compression;
import io.gantry.linux.PlatformThread;
import io.gantry.registry.Digests;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Takes images from archives (moby {@code image/tarexport/load.go}). The archive is read to its end
 * first, because it names its layers last; each image then becomes visible as a whole, with its
 * names.
 */
final class ImageLoader {

  private final ImageStore images;
  private final LayerStore layers;
  private final ImageCommitter committer;
  private final ImageEvents events;
  private final Path spool;

  ImageLoader(
      ImageStore images,
      LayerStore layers,
      ImageCommitter committer,
      ImageEvents events,
      Path spool) {
    this.images = images;
    this.layers = layers;
    this.committer = committer;
    this.events = events;
    this.spool = spool;
  }

  /**
   * @param platform the only one whose images are taken
   */
  void load(InputStream in, Optional<Platform> platform, boolean quiet, ProgressSink progress) {
    try (SpooledArchive archive = spool(in)) {
      boolean taken = platform.isEmpty();
      for (ArchiveContents.Item item : ArchiveContents.read(archive)) {
        byte[] document = archive.document(item.config());
        ImageConfig config = ConfigJson.read(document);
        if (isFor(platform, config)) {
          load(archive, item, document, config, quiet, progress);
          taken = true;
        }
      }
      if (!taken) {
        // dockerd says nothing, and has loaded nothing
        throw EngineException.notFound(
            "no image of the archive is for the platform " + platform.get());
      }
    } catch (IOException e) {
      throw new EngineException(EngineException.Kind.INVALID, String.valueOf(e.getMessage()), e);
    }
  }

  private SpooledArchive spool(InputStream in) throws IOException {
    return PlatformThread.call("image-load", () -> SpooledArchive.read(uncompressed(in), spool));
  }

  /** The archive's bytes; what it is compressed with is seen from the first ones. */
  static InputStream uncompressed(InputStream in) throws IOException {
    Compression.Detected detected = Compression.detect(in);
    return detected.compression().decompress(detected.stream());
  }

  private static boolean isFor(Optional<Platform> platform, ImageConfig config) {
    Platform own = new Platform(config.os(), config.architecture(), config.variant());
    return platform.map(wanted -> wanted.accepts(own)).orElse(true);
  }

  private void load(
      SpooledArchive archive,
      ArchiveContents.Item item,
      byte[] document,
      ImageConfig config,
      boolean quiet,
      ProgressSink progress)
      throws IOException {
    List<String> diffIds = config.diffIds();
    if (diffIds.size() != item.layers().size()) {
      throw EngineException.invalid(
          "invalid manifest, layers length mismatch: expected "
              + item.layers().size()
              + ", got "
              + diffIds.size());
    }
    List<Reference> names = new ArrayList<>();
    for (String name : item.names()) {
      Reference reference = Reference.parse(name);
      if (reference.tag().isEmpty()) {
        throw EngineException.invalid("invalid tag " + name);
      }
      names.add(reference.withTag(reference.tag().get()));
    }
    List<LayerPin> pins = new ArrayList<>();
    try {
      List<String> chains = ChainIds.of(diffIds);
      for (int i = 0; i < chains.size(); i++) {
        pins.add(layer(archive, item, i, chains.get(i), diffIds.get(i), pins, quiet, progress));
      }
      List<Layer> stack = pins.stream().map(LayerPin::layer).toList();
      Optional<String> parent =
          Optional.of(item.parent()).filter(id -> images.index().byId(id).isPresent());
      names.forEach(name -> tellRenamed(name, document, progress));
      String id =
          committer.commit(new ImageCommitter.NewImage(document, config, parent), stack, names);
      finished(id, names, progress);
    } finally {
      pins.reversed().forEach(LayerPin::close);
    }
  }

  private LayerPin layer(
      SpooledArchive archive,
      ArchiveContents.Item item,
      int index,
      String chain,
      String diffId,
      List<LayerPin> below,
      boolean quiet,
      ProgressSink progress)
      throws IOException {
    Optional<LayerPin> there = layers.pin(chain);
    if (there.isPresent()) {
      return there.get();
    }
    Path file = archive.file(item.layers().get(index));
    long size = ArchiveContents.size(archive, item.layers().get(index));
    Optional<Layer> parent =
        below.isEmpty() ? Optional.empty() : Optional.of(below.getLast().layer());
    try {
      return layers.apply(
          parent,
          Optional.of(diffId),
          () -> {
            InputStream in = new FileInputStream(file.toFile());
            return quiet
                ? in
                : new ReportingStream(in, Ids.shortened(diffId), "Loading layer", size, progress);
          });
    } catch (EngineException e) {
      throw new EngineException(
          e.kind(), "invalid layer " + index + " of the image: " + e.getMessage(), e);
    }
  }

  private void tellRenamed(Reference name, byte[] document, ProgressSink progress) {
    images
        .index()
        .byName(name)
        .filter(old -> !old.id().equals(Digests.sha256(document)))
        .ifPresent(
            old ->
                progress.stream(
                    "The image "
                        + name.familiar()
                        + " already exists, renaming the old one with ID "
                        + old.id()
                        + " to empty string\n"));
  }

  private void finished(String id, List<Reference> names, ProgressSink progress) {
    for (Reference name : names) {
      progress.stream("Loaded image: " + name.familiar() + "\n");
    }
    if (names.isEmpty()) {
      progress.stream("Loaded image ID: " + id + "\n");
    }
    events.publish("load", id, id);
  }
}
