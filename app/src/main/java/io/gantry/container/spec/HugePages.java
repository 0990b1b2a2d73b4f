package io.gantry.container.spec;

import io.gantry.container.record.HugetlbLimit;
import io.gantry.error.EngineException;
import io.gantry.linux.MemoryInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The huge pages this kernel has, and whether limits of them make sense; refusals and warnings are
 * openEuler's (its docker patch 0125).
 *
 * @param sizes as {@code 2MB}
 * @param standard the one that is meant where no size is given; empty without huge pages
 */
public record HugePages(List<String> sizes, String standard) {

  private static final Path POOLS = Path.of("/sys/kernel/mm/hugepages");
  private static final Pattern SIZE = Pattern.compile("(\\d{1,9}) ?([kmgt]?)(?:i?b)?");
  private static final List<String> UNITS = List.of("B", "KB", "MB", "GB");

  public HugePages {
    sizes = List.copyOf(sizes);
  }

  /** What this kernel has. */
  static HugePages read() throws IOException {
    List<String> sizes = new ArrayList<>();
    if (Files.isDirectory(POOLS)) {
      try (var names = Files.newDirectoryStream(POOLS, "hugepages-*kB")) {
        for (Path pool : names) {
          String name = pool.getFileName().toString();
          String kilobytes = name.substring("hugepages-".length(), name.length() - 2);
          sizes.add(text(Long.parseLong(kilobytes) << 10));
        }
      }
    }
    sizes.sort(null);
    long standard = MemoryInfo.read().hugePageSize();
    return new HugePages(sizes, standard == 0 ? "" : text(standard));
  }

  /**
   * The limits with the kernel's names of the sizes; of several for one size the last counts.
   *
   * @throws EngineException INVALID for a size this kernel does not have
   */
  List<HugetlbLimit> checked(List<HugetlbLimit> limits, Consumer<String> warn) {
    Map<String, HugetlbLimit> checked = new LinkedHashMap<>();
    for (HugetlbLimit limit : limits) {
      String asked = limit.pageSize().isEmpty() ? standard : limit.pageSize();
      long bytes = bytes(asked);
      String size = text(bytes);
      if (!sizes.contains(size)) {
        throw EngineException.invalid(
            "Invalid hugepage size:%s, shoud be one of [%s]"
                .formatted(bytes == 0 ? asked : size, String.join(" ", sizes)));
      }
      if (limit.limit() % bytes != 0) {
        warn.accept(
            "HugeTlb limit should be times of hugepage size. cgroup will down round to the nearest"
                + " multiple");
      }
      checked.put(size, new HugetlbLimit(size, limit.limit()));
    }
    return List.copyOf(checked.values());
  }

  /** 0 for what is no size. */
  private static long bytes(String text) {
    Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
    if (!matcher.matches()) {
      return 0;
    }
    int unit = matcher.group(2).isEmpty() ? 0 : "kmgt".indexOf(matcher.group(2)) + 1;
    return Long.parseLong(matcher.group(1)) << (10 * unit);
  }

  private static String text(long bytes) {
    int unit = 0;
    long number = bytes;
    while (number >= 1024 && unit < UNITS.size() - 1) {
      number /= 1024;
      unit++;
    }
    return number + UNITS.get(unit);
  }
}
