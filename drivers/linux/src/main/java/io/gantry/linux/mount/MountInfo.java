package io.gantry.linux.mount;

import io.gantry.linux.file.FileName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One line of {@code /proc/<pid>/mountinfo} ({@code proc_pid_mountinfo(5)}).
 *
 * @param id of the mount; {@code parentId} is that of the mount it is on
 * @param device {@code major:minor}
 * @param root what of the file system is visible there
 * @param mountPoint relative to the process's root
 * @param options of this mount
 * @param tags such as {@code shared:7} and {@code master:3}
 * @param superOptions of the file system
 */
public record MountInfo(
    int id,
    int parentId,
    String device,
    String root,
    String mountPoint,
    Set<String> options,
    List<String> tags,
    String type,
    String source,
    String superOptions) {

  /** The mount table as the calling thread sees it, in the order of mounting. */
  public static List<MountInfo> list() {
    try {
      return parse(Files.readAllBytes(Path.of("/proc/thread-self/mountinfo")));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the mount table", e);
    }
  }

  /** Whether mounts made below it spread to peers. */
  public boolean isShared() {
    return tags.stream().anyMatch(tag -> tag.startsWith("shared:"));
  }

  /** Lines the kernel could not have written are skipped. */
  static List<MountInfo> parse(byte[] content) {
    List<MountInfo> mounts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < content.length; i++) {
      if (content[i] == '\n') {
        parseLine(content, start, i, mounts);
        start = i + 1;
      }
    }
    return mounts;
  }

  private static void parseLine(byte[] content, int start, int end, List<MountInfo> mounts) {
    List<String> fields = new ArrayList<>(12);
    int from = start;
    for (int i = start; i <= end; i++) {
      if (i == end || content[i] == ' ') {
        fields.add(unescape(content, from, i));
        from = i + 1;
      }
    }
    int dash = fields.size() < 7 ? -1 : fields.subList(6, fields.size()).indexOf("-") + 6;
    if (dash < 6 || fields.size() < dash + 4) {
      return;
    }
    mounts.add(
        new MountInfo(
            Integer.parseInt(fields.get(0)),
            Integer.parseInt(fields.get(1)),
            fields.get(2),
            fields.get(3),
            fields.get(4),
            Set.copyOf(List.of(fields.get(5).split(","))),
            List.copyOf(fields.subList(6, dash)),
            fields.get(dash + 1),
            fields.get(dash + 2),
            fields.get(dash + 3)));
  }

  /** Space, tab, newline and backslash are written as three octal digits after a backslash. */
  private static String unescape(byte[] content, int start, int end) {
    byte[] field = new byte[end - start];
    int length = 0;
    for (int i = start; i < end; i++) {
      if (content[i] == '\\' && i + 3 <= end - 1) {
        int value =
            (content[i + 1] - '0') << 6 | (content[i + 2] - '0') << 3 | content[i + 3] - '0';
        field[length++] = (byte) value;
        i += 3;
      } else {
        field[length++] = content[i];
      }
    }
    return FileName.fromBytes(field, 0, length);
  }
}
