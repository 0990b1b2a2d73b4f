package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.image.config.ImageConfig;
import io.gantry.image.layer.ChainIds;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Tells all of one image (moby {@code daemon/images/image_inspect.go}, {@code image_history.go}).
 */
final class ImageInspector {

  private static final String MISSING = "<missing>";

  private final ImageStore images;
  private final LayerStore layers;
  private final ConfigCache configs;
  private final String driver;

  ImageInspector(ImageStore images, LayerStore layers, ConfigCache configs, String driver) {
    this.images = images;
    this.layers = layers;
    this.configs = configs;
    this.driver = driver;
  }

  ImageDetails inspect(String nameOrId, Optional<Platform> platform) {
    ImageIndex index = images.index();
    Image image = ImageFinder.get(index, nameOrId, platform);
    ImageConfig config = configs.get(image);
    List<Reference> names = index.namesOf(image.id());
    Map<String, String> data =
        image.chainId().flatMap(layers::find).map(layers::details).orElse(Map.of());
    return new ImageDetails(
        image,
        config,
        comment(config),
        names.stream().filter(n -> n.digest().isEmpty()).map(Reference::familiar).toList(),
        names.stream().filter(n -> n.digest().isPresent()).map(Reference::familiar).toList(),
        index.tagged(image.id()),
        driver,
        data);
  }

  private static String comment(ImageConfig config) {
    return config.comment().isEmpty() && !config.history().isEmpty()
        ? config.history().getLast().comment()
        : config.comment();
  }

  List<HistoryItem> history(String nameOrId, Optional<Platform> platform) {
    ImageIndex index = images.index();
    Image image = ImageFinder.get(index, nameOrId, platform);
    List<ImageConfig.Step> steps = configs.get(image).history();
    List<Long> sizes = layerSizes(image, steps);
    List<HistoryItem> items = new ArrayList<>(steps.size());
    Optional<Image> at = Optional.of(image);
    for (int i = steps.size() - 1; i >= 0; i--) {
      ImageConfig.Step step = steps.get(i);
      Optional<Image> here = at;
      List<String> tags =
          here.map(
                  known ->
                      index.namesOf(known.id()).stream()
                          .filter(name -> name.digest().isEmpty())
                          .map(Reference::familiar)
                          .toList())
              .orElse(List.of());
      items.add(
          new HistoryItem(
              here.map(Image::id).orElse(MISSING),
              step.created(),
              step.createdBy(),
              tags,
              sizes.get(i),
              step.comment()));
      at = here.flatMap(Image::parent).flatMap(index::byId);
    }
    return items;
  }

  private List<Long> layerSizes(Image image, List<ImageConfig.Step> steps) {
    List<String> chains = ChainIds.of(image.diffIds());
    List<Long> sizes = new ArrayList<>(steps.size());
    int next = 0;
    for (ImageConfig.Step step : steps) {
      if (step.emptyLayer()) {
        sizes.add(0L);
        continue;
      }
      if (next >= chains.size()) {
        throw EngineException.system("too many non-empty layers in History section", null);
      }
      sizes.add(layers.find(chains.get(next++)).map(Layer::size).orElse(0L));
    }
    return sizes;
  }
}
