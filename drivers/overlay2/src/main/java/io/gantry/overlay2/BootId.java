package io.gantry.overlay2;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Tells one boot of the machine from the next ({@code random(4)}). */
final class BootId {

  private BootId() {}

  static String current() {
    try {
      return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the boot id", e);
    }
  }
}
