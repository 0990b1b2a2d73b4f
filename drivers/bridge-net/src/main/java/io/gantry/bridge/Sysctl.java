package io.gantry.bridge;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Settings below {@code /proc/sys/net}, of the calling thread's network namespace. */
final class Sysctl {

  private static final Path NET = Path.of("/proc/sys/net");

  private Sysctl() {}

  /**
   * Sets a value; does nothing when the kernel does not have the setting or it has the value.
   * Returns whether it was changed.
   */
  static boolean set(String name, String value) throws IOException {
    Path file = NET.resolve(name).normalize();
    if (!file.startsWith(NET)) {
      throw new IOException("not a network setting: " + name);
    }
    if (!Files.exists(file) || read(file).equals(value)) {
      return false;
    }
    Files.writeString(file, value, StandardOpenOption.WRITE);
    return true;
  }

  /** A setting's value; empty when the kernel does not have it. */
  static String get(String name) throws IOException {
    Path file = NET.resolve(name);
    return Files.exists(file) ? read(file) : "";
  }

  /** In one read: the kernel gives the whole value to the first one, or as much as fits. */
  private static String read(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = new byte[256];
      int length = in.read(bytes);
      return new String(bytes, 0, Math.max(length, 0), StandardCharsets.US_ASCII).strip();
    }
  }

  static boolean exists(String name) {
    return Files.exists(NET.resolve(name));
  }
}
