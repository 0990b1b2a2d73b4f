package io.gantry.container.spec;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Lists of processors or memory nodes as the kernel writes them: {@code 0-2,7}. */
final class CpuList {

  private static final int MAX = 8192;
  private static final Pattern ITEM = Pattern.compile("[+]?([0-9]+)(?:-[+]?([0-9]+))?");

  private CpuList() {}

  /**
   * @throws IllegalArgumentException in Docker's words
   */
  static BitSet parse(String list) {
    BitSet numbers = new BitSet();
    if (list.isEmpty()) {
      return numbers;
    }
    for (String item : list.split(",", -1)) {
      Matcher matcher = ITEM.matcher(item);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("invalid format: " + list);
      }
      int first = number(matcher.group(1));
      int last = matcher.group(2) == null ? first : number(matcher.group(2));
      if (last < first) {
        throw new IllegalArgumentException("invalid format: " + list);
      }
      if (last > MAX) {
        throw new IllegalArgumentException("value of out range, maximum is " + MAX);
      }
      numbers.set(first, last + 1);
    }
    return numbers;
  }

  /** Anything above the maximum is the same. */
  private static int number(String digits) {
    return digits.length() > 9 ? MAX + 1 : Integer.parseInt(digits);
  }

  /** Whether all of one are in the other. */
  static boolean within(BitSet wanted, BitSet available) {
    BitSet missing = (BitSet) wanted.clone();
    missing.andNot(available);
    return missing.isEmpty();
  }
}
