package io.gantry.linux.file;

/**
 * Access and modification time for {@code utimensat(2)}: seconds since 1970 (also before: negative)
 * and nanoseconds 0 to 999,999,999.
 */
public record FileTimes(
    long accessSeconds, long accessNanos, long modifySeconds, long modifyNanos) {

  public static FileTimes both(long seconds, long nanos) {
    return new FileTimes(seconds, nanos, seconds, nanos);
  }

  long[] toTimespecs() {
    return new long[] {accessSeconds, accessNanos, modifySeconds, modifyNanos};
  }
}
