package io.gantry.image;

import io.gantry.layers.tar.TarEntry;
import io.gantry.layers.tar.TarType;
import io.gantry.layers.tar.TarWriter;
import io.gantry.registry.Digests;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes layers and Docker archives for tests. */
final class TestArchive {

  /** A tar being written. */
  static final class Tar {

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarWriter tar = new TarWriter(bytes);

    Tar file(String name, byte[] content) {
      return add(
          new TarEntry(
              name, TarType.REGULAR, 0644, 0, 0, content.length, 1700000000, 0, "", 0, 0, Map.of()),
          content);
    }

    Tar file(String name, String content) {
      return file(name, content.getBytes(StandardCharsets.UTF_8));
    }

    Tar directory(String name) {
      return add(TarEntry.directory(name, 0755, 1700000000), new byte[0]);
    }

    Tar link(String name, String target) {
      return add(
          new TarEntry(
              name, TarType.SYMBOLIC_LINK, 0777, 0, 0, 0, 1700000000, 0, target, 0, 0, Map.of()),
          new byte[0]);
    }

    Tar hardLink(String name, String target) {
      return add(
          new TarEntry(
              name, TarType.HARD_LINK, 0644, 0, 0, 0, 1700000000, 0, target, 0, 0, Map.of()),
          new byte[0]);
    }

    Tar add(TarEntry entry, byte[] content) {
      try {
        tar.entry(entry);
        tar.content(content, 0, content.length);
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    byte[] bytes() {
      try {
        tar.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return bytes.toByteArray();
    }
  }

  private TestArchive() {}

  static Tar tar() {
    return new Tar();
  }

  static byte[] random(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** A configuration for these layers; the label makes it another image. */
  static byte[] config(List<byte[]> layers, String label) {
    List<String> diffIds =
        layers.stream().map(layer -> "\"" + Digests.sha256(layer) + "\"").toList();
    return ("{\"architecture\":\"amd64\",\"os\":\"linux\",\"created\":\"2023-11-14T22:13:20Z\","
            + "\"config\":{\"Cmd\":[\"/bin/true\"],\"Labels\":{\"l\":\""
            + label
            + "\"}},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":["
            + String.join(",", diffIds)
            + "]},\"history\":["
            + String.join(
                ",",
                layers.stream()
                    .map(layer -> "{\"created\":\"2023-11-14T22:13:20Z\",\"created_by\":\"x\"}")
                    .toList())
            + "]}")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** What {@code docker save} wrote long ago: configuration, layers, manifest. */
  static byte[] docker(byte[] config, List<byte[]> layers, String... names) {
    String id = Digests.sha256(config).substring(7);
    Tar tar = tar().file(id + ".json", config);
    List<String> paths = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      tar.directory("l" + i + "/").file("l" + i + "/layer.tar", layers.get(i));
      paths.add("\"l" + i + "/layer.tar\"");
    }
    List<String> quoted = List.of(names).stream().map(name -> "\"" + name + "\"").toList();
    return tar.file(
            "manifest.json",
            "[{\"Config\":\""
                + id
                + ".json\",\"RepoTags\":["
                + String.join(",", quoted)
                + "],\"Layers\":["
                + String.join(",", paths)
                + "]}]")
        .bytes();
  }

  static ByteArrayInputStream in(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }
}
