package io.gantry.container.record;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.AbstractList;
import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Collections that a client left out: empty for whoever reads them, equal to any empty one, but
 * written as {@code null}, which is how Go tells them from empty ones, and Docker's clients with
 * it.
 */
public sealed interface Absent {

  /** What is written in its place. */
  @JsonValue
  default @Nullable Object written() {
    return null;
  }

  /** A list. */
  final class OfList extends AbstractList<Object> implements Absent {

    private static final OfList INSTANCE = new OfList();

    private OfList() {}

    @Override
    public Object get(int index) {
      throw new IndexOutOfBoundsException(index);
    }

    @Override
    public int size() {
      return 0;
    }
  }

  /** A map. */
  final class OfMap extends AbstractMap<Object, Object> implements Absent {

    private static final OfMap INSTANCE = new OfMap();

    private OfMap() {}

    @Override
    public Set<Map.Entry<Object, Object>> entrySet() {
      return Set.of();
    }
  }

  /** The list, which has no elements of any type. */
  @SuppressWarnings("unchecked")
  static <T> List<T> list() {
    return (List<T>) OfList.INSTANCE;
  }

  /** The map, which has no entries of any type. */
  @SuppressWarnings("unchecked")
  static <K, V> Map<K, V> map() {
    return (Map<K, V>) OfMap.INSTANCE;
  }
}
