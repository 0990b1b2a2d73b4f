package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.image.config.ConfigChanges;
import io.gantry.image.config.ConfigJson;
import io.gantry.image.config.ImageConfig;
import io.gantry.image.config.ImageConfig.Step;
import io.gantry.image.config.RunConfig;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerPin;
import io.gantry.image.layer.LayerStore;
import io.gantry.image.transfer.ProgressSink;
import io.gantry.image.transfer.ReportingStream;
import io.gantry.registry.Download;
import io.gantry.registry.RegistryClient;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes new images here: of a root file system's tar (import), of a container's changes (commit).
 */
final class ImageMaker {

  /** The digest of a tar with nothing in it: such a layer is not worth having. */
  private static final String EMPTY_TAR =
      "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

  private final LayerStore layers;
  private final ConfigCache configs;
  private final ImageCommitter committer;
  private final RegistryClient network;
  private final ImageEvents events;

  ImageMaker(
      LayerStore layers,
      ConfigCache configs,
      ImageCommitter committer,
      RegistryClient network,
      ImageEvents events) {
    this.layers = layers;
    this.configs = configs;
    this.committer = committer;
    this.network = network;
    this.events = events;
  }

  String importTar(ImportRequest request, InputStream body, ProgressSink progress) {
    RunConfig config = ConfigChanges.apply(RunConfig.EMPTY, request.changes());
    Platform platform = request.platform().orElseGet(Platform::host);
    if (!platform.os().equals("linux")) {
      throw EngineException.invalid("operating system is not supported: " + platform.os());
    }
    String comment =
        request.message().isEmpty() ? "Imported from " + request.source() : request.message();
    try (InputStream tar = source(request, body, progress);
        LayerPin layer =
            layers.apply(Optional.empty(), Optional.empty(), () -> ImageLoader.uncompressed(tar))) {
      Instant now = Instant.now();
      ImageConfig image =
          new ImageConfig(
              platform.architecture(),
              platform.os(),
              platform.variant(),
              "",
              Optional.of(now),
              "",
              comment,
              "",
              "",
              config,
              List.of(layer.layer().diffId()),
              List.of(new Step(Optional.of(now), "", "", comment, false)));
      String id =
          committer.commit(
              newImage(image, Optional.empty()),
              List.of(layer.layer()),
              request.target().stream().toList());
      tagged(id, request.target());
      events.publish("import", id, id);
      return id;
    } catch (IOException e) {
      throw EngineException.system("import: " + e.getMessage(), e);
    }
  }

  private InputStream source(ImportRequest request, InputStream body, ProgressSink progress) {
    if (request.source().equals("-")) {
      return body;
    }
    Download download = network.download(request.source());
    progress.status("Downloading from " + download.address());
    return new ReportingStream(
        download.body(), "", "Importing", download.length().orElse(0), progress);
  }

  String commit(CommitRequest request) {
    RunConfig config = ConfigChanges.apply(request.config(), request.changes());
    Optional<ImageConfig> base = request.base().map(configs::get);
    Optional<LayerPin> below =
        request
            .chainId()
            .map(
                chain ->
                    layers
                        .pin(chain)
                        .orElseThrow(
                            () -> EngineException.system("layer " + chain + " is missing", null)));
    try (LayerPin made =
        layers.applyChanges(below.map(LayerPin::layer), request.snapshot(), request.changed())) {
      boolean empty = made.layer().diffId().equals(EMPTY_TAR);
      List<Layer> stack =
          empty
              ? below.map(pin -> layers.stack(pin.layer())).orElse(List.of())
              : layers.stack(made.layer());
      Instant now = Instant.now();
      List<Step> history = new ArrayList<>(base.map(ImageConfig::history).orElse(List.of()));
      history.add(
          new Step(
              Optional.of(now), request.createdBy(), request.author(), request.comment(), empty));
      Platform host = Platform.host();
      ImageConfig image =
          new ImageConfig(
              base.map(ImageConfig::architecture).orElse(host.architecture()),
              base.map(ImageConfig::os).orElse(host.os()),
              base.map(ImageConfig::variant).orElse(host.variant()),
              base.map(ImageConfig::osVersion).orElse(""),
              Optional.of(now),
              request.author(),
              request.comment(),
              request.containerId(),
              "",
              config,
              stack.stream().map(Layer::diffId).toList(),
              history);
      String id =
          committer.commit(
              newImage(image, request.base().map(Image::id)),
              stack,
              request.target().stream().toList());
      events.publish("create", id, id);
      tagged(id, request.target());
      return id;
    } finally {
      below.ifPresent(LayerPin::close);
    }
  }

  private void tagged(String id, Optional<Reference> target) {
    target.ifPresent(name -> events.publish("tag", id, name.familiar()));
  }

  private static ImageCommitter.NewImage newImage(ImageConfig config, Optional<String> parent) {
    return new ImageCommitter.NewImage(ConfigJson.write(config), config, parent);
  }
}
