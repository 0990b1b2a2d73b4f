package io.gantry.layers.tar;

import java.util.ArrayList;
import java.util.List;

/** Where the stored bytes of a sparse file belong. Data regions ascend and do not overlap. */
record SparseMap(long realSize, List<Region> regions) {

  record Region(long offset, long length) {}

  /** Checks what an archive said. */
  static SparseMap of(long realSize, List<Long> numbers, long stored, String entry)
      throws TarFormatException {
    if (numbers.size() % 2 != 0 || realSize < 0) {
      throw new TarFormatException(entry + ": invalid sparse map");
    }
    List<Region> regions = new ArrayList<>(numbers.size() / 2);
    long end = 0;
    long sum = 0;
    for (int i = 0; i < numbers.size(); i += 2) {
      long offset = numbers.get(i);
      long length = numbers.get(i + 1);
      if (offset < end || length < 0 || length > realSize - offset) {
        throw new TarFormatException(entry + ": invalid sparse map");
      }
      end = offset + length;
      sum += length;
      if (length > 0) {
        regions.add(new Region(offset, length));
      }
    }
    if (sum != stored) {
      throw new TarFormatException(entry + ": sparse map does not fit the stored size");
    }
    return new SparseMap(realSize, List.copyOf(regions));
  }
}
