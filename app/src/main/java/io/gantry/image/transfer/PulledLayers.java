package io.gantry.image.transfer;

import io.gantry.error.EngineException;
import io.gantry.id.Ids;
import io.gantry.image.config.ImageConfig;
import io.gantry.image.layer.ChainIds;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerBlob;
import io.gantry.image.layer.LayerPin;
import io.gantry.image.layer.LayerSource;
import io.gantry.image.layer.LayerStore;
import io.gantry.registry.Descriptor;
import io.gantry.registry.Manifest;
import io.gantry.registry.Repository;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The layers of one image while it is pulled: those on this host are pinned, the others are fetched
 * side by side and applied in order, each while later ones still come.
 */
public final class PulledLayers implements AutoCloseable {

  private static final int MAX_ATTEMPTS = 5;

  private final LayerStore layers;
  private final String repository;
  private final Manifest.Single manifest;
  private final ImageConfig config;
  private final List<String> chains;
  private final ProgressSink progress;
  private final List<LayerPin> pins = new ArrayList<>();
  private final List<BlobDownload.Share> shares = new ArrayList<>();
  private int present;

  /**
   * @param repository the name the layers are pulled under, with its registry
   */
  public PulledLayers(
      LayerStore layers,
      String repository,
      Manifest.Single manifest,
      ImageConfig config,
      ProgressSink progress) {
    this.layers = layers;
    this.repository = repository;
    this.manifest = manifest;
    this.config = config;
    this.progress = progress;
    chains = ChainIds.of(config.diffIds());
  }

  public List<Layer> stack() {
    return pins.stream().map(LayerPin::layer).toList();
  }

  /** Pins what is here, starts fetching the rest. */
  public void begin(BlobDownloads downloads, Repository repository) {
    for (String chain : chains) {
      Optional<LayerPin> pin = layers.pin(chain);
      if (pin.isEmpty()) {
        break;
      }
      pins.add(pin.get());
    }
    present = pins.size();
    for (int i = 0; i < chains.size(); i++) {
      progress.status(id(i), i < present ? "Already exists" : "Pulling fs layer");
    }
    for (int i = present; i < chains.size(); i++) {
      Descriptor layer = manifest.layers().get(i);
      shares.add(downloads.join(repository, layer, new LayerProgress(id(i), progress)));
    }
  }

  private String id(int layer) {
    return Ids.shortened(manifest.layers().get(layer).digest());
  }

  public void apply() {
    for (int i = present; i < chains.size(); i++) {
      BlobDownload.Share share = shares.get(i - present);
      Optional<Layer> below =
          pins.isEmpty() ? Optional.empty() : Optional.of(pins.getLast().layer());
      String id = id(i);
      long size = manifest.layers().get(i).size();
      String diffId = config.diffIds().get(i);
      AtomicBoolean read = new AtomicBoolean();
      LayerSource source =
          () -> {
            read.set(true);
            return new ReportingStream(
                share.open(), id, "Extracting", size, progress, share::isComplete);
          };
      pins.add(applyPatiently(below, diffId, source));
      if (read.get() && share.isComplete()) {
        remember(diffId, manifest.layers().get(i));
      }
      share.applied();
      progress.status(id, "Pull complete");
    }
  }

  /**
   * Only of what was unpacked here is it known that the blob is this layer: a manifest may say
   * anything, and a push to where such a blob is would take it for the layer.
   */
  private void remember(String diffId, Descriptor blob) {
    if (blob.urls().isEmpty()) {
      layers
          .blobs()
          .remember(
              diffId, new LayerBlob(blob.digest(), repository, blob.size(), blob.mediaType()));
    }
  }

  /** Once more when a leftover of an earlier download turned out to be wrong. */
  private LayerPin applyPatiently(Optional<Layer> below, String diffId, LayerSource source) {
    for (int attempt = 1; ; attempt++) {
      try {
        return layers.apply(below, Optional.of(diffId), source);
      } catch (EngineException e) {
        if (attempt == MAX_ATTEMPTS
            || !(e.getCause() instanceof GrowingFile.StartedOverException)) {
          throw e;
        }
      }
    }
  }

  @Override
  public void close() {
    shares.forEach(BlobDownload.Share::close);
    pins.reversed().forEach(LayerPin::close);
  }

  /**
   * Tells of a download. A client that has gone is noticed by the pull itself, not by the download
   * others may share.
   */
  private record LayerProgress(String id, ProgressSink progress) implements BlobDownload.Listener {

    @Override
    public void waiting() {
      quietly(() -> progress.status(id, "Waiting"));
    }

    @Override
    public void downloading(long current, long total) {
      quietly(() -> progress.progress(id, "Downloading", current, total));
    }

    @Override
    public void verifying() {
      quietly(() -> progress.status(id, "Verifying Checksum"));
    }

    @Override
    public void complete() {
      quietly(() -> progress.status(id, "Download complete"));
    }

    @Override
    public void retrying(long seconds) {
      quietly(
          () ->
              progress.status(
                  id, "Retrying in " + seconds + (seconds == 1 ? " second" : " seconds")));
    }

    private static void quietly(Runnable message) {
      try {
        message.run();
      } catch (UncheckedIOException e) {
        // the pull notices at its own next message
      }
    }
  }
}
