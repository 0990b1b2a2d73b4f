package io.gantry.container.record;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Immutable copies for records: absent means empty, order is kept. */
public final class Lists {

  private Lists() {}

  public static <T> List<T> of(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  /** Like {@link #of(List)}, but what was absent is written as such: see {@link Absent}. */
  public static <T> List<T> orAbsent(@Nullable List<T> list) {
    return list == null || list instanceof Absent ? Absent.list() : List.copyOf(list);
  }

  /** Like {@link #of(Map)}, but what was absent is written as such: see {@link Absent}. */
  public static <K, V> Map<K, V> orAbsent(@Nullable Map<K, V> map) {
    return map == null || map instanceof Absent ? Absent.map() : of(map);
  }

  public static <T> Set<T> of(@Nullable Set<T> set) {
    return set == null || set.isEmpty()
        ? Set.of()
        : Collections.unmodifiableSet(new LinkedHashSet<>(set));
  }

  public static <K, V> Map<K, V> of(@Nullable Map<K, V> map) {
    return map == null || map.isEmpty()
        ? Map.of()
        : Collections.unmodifiableMap(new LinkedHashMap<>(map));
  }

  /** A list and one more. */
  public static <T> List<T> and(List<T> list, T more) {
    return Stream.concat(list.stream(), Stream.of(more)).toList();
  }

  public static String of(@Nullable String text) {
    return text == null ? "" : text;
  }
}
