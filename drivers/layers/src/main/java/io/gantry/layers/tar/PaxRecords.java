package io.gantry.layers.tar;

import io.gantry.linux.file.FileName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The extended header of one entry (POSIX pax, "length key=value" lines): keys are text, values
 * bytes.
 */
final class PaxRecords {

  private static final String XATTR = "SCHILY.xattr.";
  static final PaxRecords NONE = new PaxRecords();

  private final Map<String, byte[]> values = new HashMap<>();
  private final List<Long> sparsePairs = new ArrayList<>();

  private PaxRecords() {}

  static PaxRecords parse(byte[] bytes) throws TarFormatException {
    PaxRecords records = new PaxRecords();
    int at = 0;
    while (at < bytes.length) {
      int space = at;
      int length = 0;
      while (space < bytes.length && bytes[space] >= '0' && bytes[space] <= '9') {
        length = Math.min(length * 10 + bytes[space] - '0', 1 << 26);
        space++;
      }
      int end = at + length;
      if (space == at || space >= bytes.length || bytes[space] != ' ' || end > bytes.length) {
        throw new TarFormatException("invalid PAX header");
      }
      int equals = space + 1;
      while (equals < end && bytes[equals] != '=') {
        equals++;
      }
      if (equals >= end || equals == space + 1 || bytes[end - 1] != '\n') {
        throw new TarFormatException("invalid PAX header");
      }
      String key = FileName.fromBytes(bytes, space + 1, equals - space - 1);
      records.put(key, Arrays.copyOfRange(bytes, equals + 1, end - 1));
      at = end;
    }
    return records;
  }

  private void put(String key, byte[] value) throws TarFormatException {
    if (key.equals("GNU.sparse.offset") || key.equals("GNU.sparse.numbytes")) {
      sparsePairs.add(decimal(key, new String(value, StandardCharsets.US_ASCII)));
    }
    values.put(key, value);
  }

  /** Empty values take back what the header says. */
  String text(String key, String otherwise) throws TarFormatException {
    byte[] value = values.get(key);
    if (value == null || value.length == 0) {
      return otherwise;
    }
    for (byte b : value) {
      if (b == 0) {
        throw new TarFormatException("invalid PAX header: " + key + " with a NUL");
      }
    }
    return FileName.fromBytes(value);
  }

  boolean has(String key) {
    byte[] value = values.get(key);
    return value != null && value.length > 0;
  }

  long number(String key, long otherwise) throws TarFormatException {
    return has(key) ? decimal(key, text(key, "")) : otherwise;
  }

  /** Seconds with a fraction. The nanoseconds count upwards, also before 1970. */
  long[] time(String key) throws TarFormatException {
    String text = text(key, "");
    int dot = text.indexOf('.');
    long seconds = decimal(key, dot < 0 ? text : text.substring(0, dot));
    if (dot < 0) {
      return new long[] {seconds, 0};
    }
    String fraction = (text.substring(dot + 1) + "000000000").substring(0, 9);
    long nanos = decimal(key, fraction);
    boolean negative = text.startsWith("-");
    if (negative && nanos > 0) {
      return new long[] {seconds - 1, 1_000_000_000 - nanos};
    }
    return new long[] {seconds, nanos};
  }

  Map<String, byte[]> xattrs() {
    if (values.isEmpty()) {
      return Map.of();
    }
    Map<String, byte[]> xattrs = new HashMap<>();
    values.forEach(
        (key, value) -> {
          if (key.startsWith(XATTR) && key.length() > XATTR.length()) {
            xattrs.put(key.substring(XATTR.length()), value);
          }
        });
    return xattrs;
  }

  /** Offsets and lengths of formats 0.0 and 0.1. */
  List<Long> sparseNumbers() throws TarFormatException {
    if (!has("GNU.sparse.map")) {
      return sparsePairs;
    }
    List<Long> numbers = new ArrayList<>();
    for (String number : text("GNU.sparse.map", "").split(",")) {
      numbers.add(decimal("GNU.sparse.map", number));
    }
    return numbers;
  }

  static long decimal(String key, String text) throws TarFormatException {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TarFormatException("invalid PAX header: " + key + " is not a number");
    }
  }
}
