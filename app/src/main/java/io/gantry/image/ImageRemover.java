package io.gantry.image;

import io.gantry.error.EngineException;
import io.gantry.filter.Filters;
import io.gantry.id.Ids;
import io.gantry.image.layer.Layer;
import io.gantry.image.layer.LayerStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes names and images away by Docker's rules (moby {@code daemon/images/image_delete.go}, {@code
 * image_prune.go}): all of one removal is one transaction.
 */
final class ImageRemover {

  private static final Set<String> PRUNE_FILTERS = Set.of("dangling", "label", "label!", "until");

  /** A removal under way. */
  private static final class Removing {
    final ImageStore.Transaction transaction;
    final List<Removal> removals = new ArrayList<>();
    final List<Layer> layers = new ArrayList<>();
    final List<Runnable> events = new ArrayList<>();

    Removing(ImageStore.Transaction transaction) {
      this.transaction = transaction;
    }
  }

  private final ImageStore images;
  private final LayerStore layers;
  private final ImageUsers users;
  private final ImageEvents events;

  ImageRemover(ImageStore images, LayerStore layers, ImageUsers users, ImageEvents events) {
    this.images = images;
    this.layers = layers;
    this.users = users;
    this.events = events;
  }

  List<Removal> remove(String nameOrId, Optional<Platform> platform, boolean force, boolean prune) {
    Removing done =
        images.change(
            transaction -> {
              Removing removing = new Removing(transaction);
              remove(removing, nameOrId, platform, force, prune);
              return removing;
            });
    finish(done);
    return done.removals;
  }

  private void finish(Removing done) {
    layers.delete(done.layers);
    done.events.forEach(Runnable::run);
  }

  private void remove(
      Removing removing,
      String nameOrId,
      Optional<Platform> platform,
      boolean force,
      boolean prune) {
    ImageIndex index = removing.transaction.index();
    Image image = ImageFinder.get(index, nameOrId, platform);
    List<Reference> names = index.namesOf(image.id());
    boolean byName = !ImageFinder.isIdPrefix(image.id(), nameOrId);
    if (byName) {
      if (!force && isSingle(names)) {
        refuseIfUsed(image, nameOrId);
      }
      Reference name = Reference.parse(nameOrId).key();
      untag(removing, name, image);
      if (name.digest().isEmpty()) {
        untagDigestsOf(removing, name, image);
      }
      if (!removing.transaction.index().namesOf(image.id()).isEmpty()) {
        return;
      }
    } else if (isSingle(names)) {
      conflict(index, image, force, false).ifPresent(this::refuse);
      names.forEach(name -> untag(removing, name, image));
    }
    delete(removing, image, force, prune, byName);
  }

  /** Whether all names are one tag and digests of the same repository. */
  private static boolean isSingle(List<Reference> names) {
    if (names.size() <= 1) {
      return true;
    }
    long tags = names.stream().filter(name -> name.digest().isEmpty()).count();
    long repositories = names.stream().map(Reference::name).distinct().count();
    return tags <= 1 && repositories == 1;
  }

  private void refuseIfUsed(Image image, String nameOrId) {
    for (ImageUsers.Use use : users.users()) {
      if (use.needsNameOf(image.id())) {
        throw EngineException.conflict(
            "conflict: unable to remove repository reference \""
                + nameOrId
                + "\" (must force) - container "
                + Ids.shortened(use.containerId())
                + " is using its referenced image "
                + image.shortId());
      }
    }
  }

  private void untag(Removing removing, Reference name, Image image) {
    if (!removing.transaction.unname(name)) {
      throw EngineException.notFound("reference does not exist");
    }
    removing.removals.add(new Removal.Untagged(name.familiar()));
    removing.events.add(() -> events.publish("untag", image.id(), image.id(), image.labels()));
  }

  /** Digests of a repository that has no tag of the image any more. */
  private void untagDigestsOf(Removing removing, Reference tag, Image image) {
    List<Reference> left = removing.transaction.index().namesOf(image.id());
    boolean tagLeft =
        left.stream().anyMatch(n -> n.digest().isEmpty() && n.name().equals(tag.name()));
    if (tagLeft) {
      return;
    }
    for (Reference name : left) {
      if (name.digest().isPresent() && name.name().equals(tag.name())) {
        removing.transaction.unname(name);
        removing.removals.add(new Removal.Untagged(name.familiar()));
      }
    }
  }

  /**
   * Why an image must stay.
   *
   * @param hard force does not help
   * @param used by a container
   */
  private record Conflict(Image image, boolean hard, boolean used, String reason) {}

  private EngineException toException(Conflict conflict) {
    return EngineException.conflict(
        "conflict: unable to delete "
            + conflict.image().shortId()
            + " ("
            + (conflict.hard() ? "cannot be forced" : "must be forced")
            + ") - "
            + conflict.reason());
  }

  private void refuse(Conflict conflict) {
    throw toException(conflict);
  }

  private Optional<Conflict> conflict(
      ImageIndex index, Image image, boolean force, boolean checkNames) {
    if (index.hasChildren(image.id())) {
      return Optional.of(new Conflict(image, true, false, "image has dependent child images"));
    }
    List<ImageUsers.Use> uses =
        users.users().stream().filter(use -> use.imageId().equals(image.id())).toList();
    for (ImageUsers.Use use : uses) {
      if (use.running()) {
        return Optional.of(
            new Conflict(
                image,
                true,
                true,
                "image is being used by running container " + Ids.shortened(use.containerId())));
      }
    }
    if (force) {
      return Optional.empty();
    }
    if (checkNames && !index.namesOf(image.id()).isEmpty()) {
      return Optional.of(
          new Conflict(image, false, false, "image is referenced in multiple repositories"));
    }
    return uses.stream()
        .findFirst()
        .map(
            use ->
                new Conflict(
                    image,
                    false,
                    true,
                    "image is being used by stopped container "
                        + Ids.shortened(use.containerId())));
  }

  private void delete(Removing removing, Image image, boolean force, boolean prune, boolean quiet) {
    ImageIndex index = removing.transaction.index();
    Optional<Conflict> conflict = conflict(index, image, force, true);
    if (conflict.isPresent()) {
      boolean dangling = index.namesOf(image.id()).isEmpty() && !index.hasChildren(image.id());
      if (quiet && (!dangling || conflict.get().used())) {
        return;
      }
      throw toException(conflict.get());
    }
    index.namesOf(image.id()).forEach(name -> untag(removing, name, image));
    removing.transaction.remove(image);
    // As in Docker: the labels are gone with the image.
    removing.events.add(() -> events.publish("delete", image.id(), image.id(), Map.of()));
    removing.removals.add(new Removal.Deleted(image.id()));
    image.chainId().ifPresent(chain -> releaseLayers(removing, chain));
    if (prune) {
      image
          .parent()
          .flatMap(index::byId)
          .ifPresent(parent -> delete(removing, parent, false, true, true));
    }
  }

  private void releaseLayers(Removing removing, String chain) {
    List<Layer> dead = layers.release(chain);
    removing.transaction.also(
        connection -> layers.deleteRows(connection, dead), () -> layers.restore(dead, chain));
    removing.layers.addAll(dead);
    dead.forEach(layer -> removing.removals.add(new Removal.Deleted(layer.chainId())));
  }

  PruneReport prune(Filters filters) {
    filters.only(PRUNE_FILTERS);
    boolean danglingOnly = filters.flag("dangling").orElse(true);
    Optional<Instant> until = filters.until();
    Map<String, Long> sizes = new HashMap<>();
    layers.all().forEach(layer -> sizes.put(layer.chainId(), layer.size()));
    List<Removal> removals = new ArrayList<>();
    for (Image image : candidates(filters, danglingOnly, until)) {
      removals.addAll(pruneOne(image, danglingOnly));
    }
    long reclaimed = layers.prune();
    Set<String> counted = new HashSet<>();
    for (Removal removal : removals) {
      if (removal instanceof Removal.Deleted deleted && counted.add(deleted.id())) {
        reclaimed += sizes.getOrDefault(deleted.id(), 0L);
      }
    }
    events.pruned(reclaimed);
    return new PruneReport(removals, reclaimed);
  }

  private List<Image> candidates(Filters filters, boolean danglingOnly, Optional<Instant> until) {
    ImageIndex index = images.index();
    return index.images().stream()
        .filter(
            image ->
                !index.hasChildren(image.id())
                    || !danglingOnly && !index.namesOf(image.id()).isEmpty())
        .filter(
            image ->
                until.isEmpty()
                    || image.created().filter(time -> !time.isAfter(until.get())).isPresent())
        .filter(image -> filters.fitLabels(image.labels()))
        .toList();
  }

  private List<Removal> pruneOne(Image image, boolean danglingOnly) {
    List<Reference> names = images.index().namesOf(image.id());
    boolean tagged = names.stream().anyMatch(name -> name.digest().isEmpty());
    if (danglingOnly && tagged) {
      return List.of();
    }
    List<String> targets =
        names.isEmpty()
            ? List.of(image.id().substring(image.id().indexOf(':') + 1))
            : names.stream().map(Reference::toString).toList();
    List<Removal> removals = new ArrayList<>();
    for (String target : targets) {
      try {
        removals.addAll(remove(target, Optional.empty(), false, true));
      } catch (EngineException e) {
        if (e.kind() != EngineException.Kind.CONFLICT
            && e.kind() != EngineException.Kind.NOT_FOUND) {
          throw e;
        }
        // in use, or somebody else was faster
      }
    }
    return removals;
  }
}
