package io.gantry.image;

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
import org.jspecify.annotations.Nullable;

/**
 * All images and names at one moment. Immutable: a change is an {@link Edit} that makes the next
 * one, sharing what it did not touch.
 */
final class ImageIndex {

  static final ImageIndex EMPTY = new ImageIndex(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

  private static final int MIN_PREFIX = 1;

  private final Map<String, Image> images;
  private final Map<Reference, String> names;
  private final Map<String, List<Reference>> namesOf;
  private final Map<String, Set<String>> children;
  private final Map<String, Instant> tagged;

  private ImageIndex(
      Map<String, Image> images,
      Map<Reference, String> names,
      Map<String, List<Reference>> namesOf,
      Map<String, Set<String>> children,
      Map<String, Instant> tagged) {
    this.images = images;
    this.names = names;
    this.namesOf = namesOf;
    this.children = children;
    this.tagged = tagged;
  }

  Collection<Image> images() {
    return images.values();
  }

  Optional<Image> byId(String id) {
    return Optional.ofNullable(images.get(id));
  }

  Optional<Image> byName(Reference name) {
    return Optional.ofNullable(names.get(name.key())).flatMap(this::byId);
  }

  /**
   * By a beginning of the id, with or without its algorithm; empty when none or more than one fits.
   */
  Optional<Image> byPrefix(String prefix) {
    int colon = prefix.indexOf(':');
    if (prefix.length() - colon - 1 < MIN_PREFIX) {
      return Optional.empty();
    }
    Image found = null;
    for (Map.Entry<String, Image> entry : images.entrySet()) {
      String id = entry.getKey();
      if (id.startsWith(prefix, colon < 0 ? id.indexOf(':') + 1 : 0)) {
        if (found != null) {
          return Optional.empty();
        }
        found = entry.getValue();
      }
    }
    return Optional.ofNullable(found);
  }

  /** In the order of their spelling. */
  List<Reference> namesOf(String id) {
    return namesOf.getOrDefault(id, List.of());
  }

  /** Every name with a tag in a repository, in the order of their spelling. */
  List<Reference> tagsIn(Reference repository) {
    return names.keySet().stream()
        .filter(name -> name.tag().isPresent() && name.name().equals(repository.name()))
        .sorted(Comparator.comparing(Reference::toString))
        .toList();
  }

  boolean hasChildren(String id) {
    return children.containsKey(id);
  }

  Optional<Instant> tagged(String id) {
    return Optional.ofNullable(tagged.get(id));
  }

  Edit edit() {
    return new Edit(this);
  }

  /** A change under way; for one thread. */
  static final class Edit {

    private final ImageIndex base;
    private @Nullable Map<String, Image> images;
    private @Nullable Map<Reference, String> names;
    private @Nullable Map<String, List<Reference>> namesOf;
    private @Nullable Map<String, Set<String>> children;
    private @Nullable Map<String, Instant> tagged;

    private Edit(ImageIndex base) {
      this.base = base;
    }

    /** What the change has made so far. */
    ImageIndex result() {
      return new ImageIndex(
          images == null ? base.images : images,
          names == null ? base.names : names,
          namesOf == null ? base.namesOf : namesOf,
          children == null ? base.children : children,
          tagged == null ? base.tagged : tagged);
    }

    void put(Image image) {
      Map<String, Image> all = images();
      all.put(image.id(), image);
      image.parent().ifPresent(parent -> adopt(parent, image.id()));
    }

    private void adopt(String parent, String child) {
      Map<String, Set<String>> all = children();
      Set<String> of = new HashSet<>(all.getOrDefault(parent, Set.of()));
      of.add(child);
      all.put(parent, of);
    }

    void remove(Image image) {
      images().remove(image.id());
      tagged().remove(image.id());
      image.parent().ifPresent(parent -> abandon(parent, image.id()));
    }

    private void abandon(String parent, String child) {
      Map<String, Set<String>> all = children();
      Set<String> of = new HashSet<>(all.getOrDefault(parent, Set.of()));
      of.remove(child);
      if (of.isEmpty()) {
        all.remove(parent);
      } else {
        all.put(parent, of);
      }
    }

    /** Gives a name, taking it from whatever had it; the image must be there. */
    void name(Reference name, String id) {
      unname(name);
      names().put(name, id);
      List<Reference> of = new ArrayList<>(namesOf().getOrDefault(id, List.of()));
      of.add(name);
      of.sort(Comparator.comparing(Reference::toString));
      namesOf().put(id, List.copyOf(of));
    }

    void tagged(String id, Instant when) {
      tagged().put(id, when);
    }

    /** Takes a name away; false when there was none. */
    boolean unname(Reference name) {
      if (!(names == null ? base.names : names).containsKey(name)) {
        return false;
      }
      String id = names().remove(name);
      if (id != null) {
        List<Reference> of = new ArrayList<>(namesOf().getOrDefault(id, List.of()));
        of.remove(name);
        if (of.isEmpty()) {
          namesOf().remove(id);
        } else {
          namesOf().put(id, List.copyOf(of));
        }
      }
      return id != null;
    }

    private Map<String, Image> images() {
      Map<String, Image> own = images == null ? new HashMap<>(base.images) : images;
      images = own;
      return own;
    }

    private Map<Reference, String> names() {
      Map<Reference, String> own = names == null ? new HashMap<>(base.names) : names;
      names = own;
      return own;
    }

    private Map<String, List<Reference>> namesOf() {
      Map<String, List<Reference>> own = namesOf == null ? new HashMap<>(base.namesOf) : namesOf;
      namesOf = own;
      return own;
    }

    private Map<String, Set<String>> children() {
      Map<String, Set<String>> own = children == null ? new HashMap<>(base.children) : children;
      children = own;
      return own;
    }

    private Map<String, Instant> tagged() {
      Map<String, Instant> own = tagged == null ? new HashMap<>(base.tagged) : tagged;
      tagged = own;
      return own;
    }
  }
}
