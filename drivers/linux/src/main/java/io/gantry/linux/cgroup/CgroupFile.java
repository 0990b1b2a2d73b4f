package io.gantry.linux.cgroup;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads and writes the files of a cgroup. What does not exist is empty. */
public final class CgroupFile {

  /** Version 1 says "no limit" by the largest number of pages. */
  private static final long NO_LIMIT = 0x7FFF_FFFF_FFFF_0000L;

  private CgroupFile() {}

  /** The whole file, without white space around it. */
  public static Optional<String> text(Path file) {
    // A stream, because statistics read many of these and NIO's way costs thrice the calls.
    try (FileInputStream in = new FileInputStream(file.toFile())) {
      return Optional.of(new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip());
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** A single number; {@code max} and version 1's "no limit" are {@link Long#MAX_VALUE}. */
  public static OptionalLong number(Path file) {
    Optional<String> text = text(file);
    return text.isPresent() ? number(text.get()) : OptionalLong.empty();
  }

  private static OptionalLong number(String text) {
    if (text.equals("max")) {
      return OptionalLong.of(Long.MAX_VALUE);
    }
    try {
      long value = Long.parseLong(text);
      return OptionalLong.of(value >= NO_LIMIT ? Long.MAX_VALUE : value);
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Lines of a name and a number, in the file's order. */
  public static Map<String, Long> table(Path file) {
    Map<String, Long> table = new LinkedHashMap<>();
    for (String line : text(file).orElse("").split("\n")) {
      int space = line.indexOf(' ');
      if (space > 0) {
        number(line.substring(space + 1)).ifPresent(n -> table.put(line.substring(0, space), n));
      }
    }
    return table;
  }

  /**
   * Writes one value.
   *
   * @throws IOException the kernel refuses it; the message is its reason, without the file
   */
  public static void write(Path file, String value) throws IOException {
    Files.write(file, value.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
  }
}
