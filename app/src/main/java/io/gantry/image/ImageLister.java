package io.gantry.image;

import io.gantry.filter.Filters;
import io.gantry.filter.Timestamps;
import io.gantry.image.layer.ChainIds;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Lists images from memory (moby {@code daemon/images/images.go}). */
final class ImageLister {

  private static final Set<String> FILTERS =
      Set.of("dangling", "label", "before", "since", "reference", "until");

  private final ImageStore images;
  private final LayerStore layers;
  private final ImageUsers users;

  ImageLister(ImageStore images, LayerStore layers, ImageUsers users) {
    this.images = images;
    this.layers = layers;
    this.users = users;
  }

  List<ImageSummary> list(ImageQuery query) {
    ImageIndex index = images.index();
    Filters filters = query.filters().only(FILTERS);
    Optional<Boolean> dangling = filters.flag("dangling");
    Window window = window(index, filters);
    List<GoPattern> patterns = filters.get("reference").stream().map(GoPattern::compile).toList();
    Map<String, Long> containers = query.containers() ? containers() : Map.of();
    List<ImageSummary> found = new ArrayList<>();
    for (Image image : index.images()) {
      if (!window.contains(image) || !filters.fitLabels(image.labels())) {
        continue;
      }
      List<String> tags = new ArrayList<>();
      List<String> digests = new ArrayList<>();
      for (Reference name : index.namesOf(image.id())) {
        if (patterns.isEmpty() || patterns.stream().anyMatch(pattern -> pattern.matches(name))) {
          (name.digest().isPresent() ? digests : tags).add(name.familiar());
        }
      }
      boolean nameless = tags.isEmpty() && digests.isEmpty();
      boolean wanted =
          nameless
              ? (query.all() || !index.hasChildren(image.id()))
                  && dangling.orElse(true)
                  && patterns.isEmpty()
              : !dangling.orElse(false) || tags.isEmpty();
      if (wanted && dangling.orElse(false) && index.hasChildren(image.id())) {
        wanted = false;
      }
      if (wanted) {
        long count = query.containers() ? containers.getOrDefault(image.id(), 0L) : -1;
        found.add(new ImageSummary(image, tags, digests, -1, count));
      }
    }
    found.sort(
        Comparator.comparing(
                (ImageSummary summary) -> summary.image().created().orElse(Instant.MIN))
            .reversed());
    return query.sharedSize() ? withSharedSizes(found) : found;
  }

  /** A span of creation times, its ends not included. */
  private record Window(Optional<Instant> after, Optional<Instant> before) {

    boolean contains(Image image) {
      Instant created = image.created().orElse(Instant.MIN);
      return (after.isEmpty() || created.isAfter(after.get()))
          && (before.isEmpty() || (image.created().isPresent() && created.isBefore(before.get())));
    }
  }

  private static Window window(ImageIndex index, Filters filters) {
    Optional<Instant> before = Optional.empty();
    for (String name : filters.get("before")) {
      before = earlier(before, ImageFinder.get(index, name).created());
    }
    for (String time : filters.get("until")) {
      before = earlier(before, Optional.of(Timestamps.parse(time, Instant.now())));
    }
    Optional<Instant> after = Optional.empty();
    for (String name : filters.get("since")) {
      Optional<Instant> created = ImageFinder.get(index, name).created();
      if (after.isEmpty() || created.filter(after.get()::isBefore).isPresent()) {
        after = created;
      }
    }
    return new Window(after, before);
  }

  private static Optional<Instant> earlier(Optional<Instant> one, Optional<Instant> other) {
    return one.isPresent() && (other.isEmpty() || one.get().isBefore(other.get())) ? one : other;
  }

  private Map<String, Long> containers() {
    Map<String, Long> counts = new HashMap<>();
    users.users().forEach(use -> counts.merge(use.imageId(), 1L, Long::sum));
    return counts;
  }

  private List<ImageSummary> withSharedSizes(List<ImageSummary> summaries) {
    Map<String, Integer> usersOf = new HashMap<>();
    for (Image image : images.index().images()) {
      ChainIds.of(image.diffIds()).forEach(chain -> usersOf.merge(chain, 1, Integer::sum));
    }
    List<ImageSummary> result = new ArrayList<>(summaries.size());
    for (ImageSummary summary : summaries) {
      long shared =
          ChainIds.of(summary.image().diffIds()).stream()
              .filter(chain -> usersOf.getOrDefault(chain, 0) > 1)
              .map(layers::find)
              .flatMap(Optional::stream)
              .mapToLong(Layer::size)
              .sum();
      result.add(
          new ImageSummary(
              summary.image(),
              summary.repoTags(),
              summary.repoDigests(),
              shared,
              summary.containers()));
    }
    return result;
  }

  ImageUsage usage() {
    Collection<Layer> all = layers.all();
    Set<String> referenced = new HashSet<>();
    images.index().images().forEach(image -> referenced.addAll(ChainIds.of(image.diffIds())));
    long size =
        all.stream()
            .filter(layer -> referenced.contains(layer.chainId()))
            .mapToLong(Layer::size)
            .sum();
    return new ImageUsage(size, list(new ImageQuery(false, Filters.NONE, true, true)));
  }
}
