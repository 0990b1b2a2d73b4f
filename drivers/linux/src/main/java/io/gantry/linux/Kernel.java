package io.gantry.linux;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the kernel tells of itself and of the machine ({@code proc(5)}). Each call asks it anew; one
 * that gets no answer throws {@link UncheckedIOException}, as without a {@code /proc}.
 */
public final class Kernel {

  private static final Path PROC = Path.of("/proc");

  private Kernel() {}

  /** Tells one boot of the machine from the next ({@code random(4)}). */
  public static String bootId() {
    return line("sys/kernel/random/boot_id");
  }

  /** As {@code uname -r} prints it. */
  public static String release() {
    return line("sys/kernel/osrelease");
  }

  /** The machine's own name. */
  public static String hostName() {
    return line("sys/kernel/hostname");
  }

  /** The file systems it knows now; more may come with modules. */
  public static Set<String> fileSystems() {
    return lines("filesystems").stream()
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .collect(Collectors.toSet());
  }

  private static String line(String file) {
    try {
      return Files.readString(PROC.resolve(file)).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> lines(String file) {
    try {
      return Files.readAllLines(PROC.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
