package io.gantry.overlay2;

import io.gantry.plugins.storage.SnapshotKind;
import io.gantry.plugins.storage.Usage;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What is kept of a snapshot, and its text form: one line of words.
 *
 * @param id of its directory; a view has none, but an id all the same
 * @param parentId the directory of the layer below; empty at the bottom
 * @param usage of a committed snapshot; zero for others
 * @param boot the boot during which it was committed, as long as nobody has synced it since; else
 *     empty
 */
record SnapshotRecord(
    String key, SnapshotKind kind, String id, String parentId, Usage usage, String boot) {

  private static final String VERSION = "1";
  private static final String NONE = "-";
  private static final int WORDS = 8;

  String format() {
    return String.join(
        " ",
        VERSION,
        kind.name(),
        id,
        orNone(parentId),
        Long.toString(usage.bytes()),
        Long.toString(usage.inodes()),
        orNone(boot),
        URLEncoder.encode(key, StandardCharsets.UTF_8));
  }

  /** Empty when this version did not write it. */
  static Optional<SnapshotRecord> parse(String text) {
    String[] words = text.split(" ", -1);
    if (words.length != WORDS || !words[0].equals(VERSION)) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new SnapshotRecord(
              URLDecoder.decode(words[7], StandardCharsets.UTF_8),
              SnapshotKind.valueOf(words[1]),
              words[2],
              orEmpty(words[3]),
              new Usage(Long.parseLong(words[4]), Long.parseLong(words[5])),
              orEmpty(words[6])));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  SnapshotRecord committed(String name, Usage used, String during) {
    return new SnapshotRecord(name, SnapshotKind.COMMITTED, id, parentId, used, during);
  }

  SnapshotRecord synced() {
    return new SnapshotRecord(key, kind, id, parentId, usage, "");
  }

  boolean isSynced() {
    return boot.isEmpty();
  }

  boolean hasDirectory() {
    return kind != SnapshotKind.VIEW;
  }

  private static String orNone(String word) {
    return word.isEmpty() ? NONE : word;
  }

  private static String orEmpty(String word) {
    return word.equals(NONE) ? "" : word;
  }
}
