package io.gantry.layers;

import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarType;
import io.gantry.layers.tar.TarWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** Archives to test with, well-formed or not. */
final class TestTar {

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final TarWriter writer = new TarWriter(bytes);

  TestTar add(TarType type, String name, String linkName, String content) {
    return add(type, name, linkName, content, Map.of());
  }

  TestTar add(
      TarType type, String name, String linkName, String content, Map<String, byte[]> xattrs) {
    byte[] body = content.getBytes(StandardCharsets.UTF_8);
    try {
      writer.entry(
          new TarEntry(name, type, 0755, 0, 0, body.length, 1000, 0, linkName, 0, 0, xattrs));
      writer.content(body, 0, body.length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  TestTar file(String name, String content) {
    return add(TarType.REGULAR, name, "", content);
  }

  TestTar directory(String name) {
    return add(TarType.DIRECTORY, name, "", "");
  }

  TestTar symlink(String name, String target) {
    return add(TarType.SYMBOLIC_LINK, name, target, "");
  }

  TestTar link(String name, String target) {
    return add(TarType.HARD_LINK, name, target, "");
  }

  byte[] bytes() {
    try {
      writer.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Changes bytes of the n-th block and makes its checksum right again. */
  static byte[] patched(byte[] tar, int block, int offset, byte[] with) {
    byte[] copy = tar.clone();
    int start = block * 512;
    System.arraycopy(with, 0, copy, start + offset, with.length);
    Arrays.fill(copy, start + 148, start + 156, (byte) ' ');
    int sum = 0;
    for (int i = 0; i < 512; i++) {
      sum += copy[start + i] & 0xFF;
    }
    byte[] text = String.format("%06o\0 ", sum).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, copy, start + 148, 8);
    return copy;
  }
}
