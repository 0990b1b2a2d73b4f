package io.gantry.api.http;

import java.util.Arrays;

/**
 * A version of the Engine API, for instance 1.41. Compared number by number, as Docker does.
 *
 * @param text as the client wrote it
 */
public record ApiVersion(String text) implements Comparable<ApiVersion> {

  /** The newest this engine speaks. */
  public static final ApiVersion CURRENT = new ApiVersion("1.51");

  /** The oldest this engine speaks. */
  public static final ApiVersion MINIMUM = new ApiVersion("1.24");

  /** Whether this is {@code 1.minor} or newer. */
  public boolean atLeast(int minor) {
    int[] numbers = numbers();
    int major = numbers.length > 0 ? numbers[0] : 0;
    return major > 1 || (major == 1 && numbers.length > 1 && numbers[1] >= minor);
  }

  /** Whether this is older than {@code 1.minor}. */
  public boolean before(int minor) {
    return !atLeast(minor);
  }

  @Override
  public int compareTo(ApiVersion other) {
    int[] mine = numbers();
    int[] others = other.numbers();
    int length = Math.max(mine.length, others.length);
    return Arrays.compare(Arrays.copyOf(mine, length), Arrays.copyOf(others, length));
  }

  private int[] numbers() {
    String[] parts = text.split("\\.", -1);
    int[] numbers = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      numbers[i] = number(parts[i]);
    }
    return numbers;
  }

  private static int number(String digits) {
    try {
      return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      return Integer.MAX_VALUE;
    }
  }
}
