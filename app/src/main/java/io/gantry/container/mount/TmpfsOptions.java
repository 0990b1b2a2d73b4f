package io.gantry.container.mount;

import io.gantry.container.record.Mount;
import io.gantry.error.EngineException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Options of a tmpfs: of {@code --tmpfs}, of {@code --mount type=tmpfs}, and the defaults for both.
 */
public final class TmpfsOptions {

  /** What excludes each other is of one group; the last of a group counts. */
  private static final Map<String, String> FLAGS =
      Map.ofEntries(
          Map.entry("defaults", "defaults"),
          Map.entry("ro", "ro"),
          Map.entry("rw", "ro"),
          Map.entry("suid", "suid"),
          Map.entry("nosuid", "suid"),
          Map.entry("dev", "dev"),
          Map.entry("nodev", "dev"),
          Map.entry("exec", "exec"),
          Map.entry("noexec", "exec"),
          Map.entry("sync", "sync"),
          Map.entry("async", "sync"),
          Map.entry("dirsync", "dirsync"),
          Map.entry("remount", "remount"),
          Map.entry("mand", "mand"),
          Map.entry("nomand", "mand"),
          Map.entry("atime", "atime"),
          Map.entry("noatime", "atime"),
          Map.entry("diratime", "diratime"),
          Map.entry("nodiratime", "diratime"),
          Map.entry("bind", "bind"),
          Map.entry("rbind", "bind"),
          Map.entry("relatime", "relatime"),
          Map.entry("norelatime", "relatime"),
          Map.entry("strictatime", "strictatime"),
          Map.entry("nostrictatime", "strictatime"),
          Map.entry("unbindable", "propagation"),
          Map.entry("runbindable", "propagation"),
          Map.entry("private", "propagation"),
          Map.entry("rprivate", "propagation"),
          Map.entry("shared", "propagation"),
          Map.entry("rshared", "propagation"),
          Map.entry("slave", "propagation"),
          Map.entry("rslave", "propagation"));

  private static final Set<String> VALUES =
      Set.of("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol");

  private static final List<String> DEFAULTS = List.of("noexec", "nosuid", "nodev", "rprivate");

  /** What {@code --mount} may add, with how many words. */
  private static final Map<String, Integer> LONG_FORM = Map.of("exec", 1, "noexec", 1);

  private TmpfsOptions() {}

  /**
   * The defaults and what the user gave after them.
   *
   * @param given comma-separated
   * @throws EngineException INVALID, in Docker's words
   */
  public static List<String> merged(String given) {
    Map<String, String> options = new LinkedHashMap<>();
    DEFAULTS.forEach(option -> options.put(FLAGS.get(option), option));
    for (String option : given.split(",")) {
      if (option.isEmpty()) {
        continue;
      }
      String group = FLAGS.get(option);
      if (group == null) {
        int equals = option.indexOf('=');
        group = equals < 0 ? option : option.substring(0, equals);
        if (equals < 0 || !VALUES.contains(group)) {
          throw EngineException.system("invalid tmpfs option \"" + option + "\"", null);
        }
      }
      options.remove(group);
      options.put(group, option);
    }
    return new ArrayList<>(options.values());
  }

  /**
   * The options of the long form, comma-separated.
   *
   * @throws EngineException INVALID, in Docker's words
   */
  public static String of(Mount mount) {
    List<String> options = new ArrayList<>();
    if (mount.readOnly()) {
      options.add("ro");
    }
    Mount.@Nullable TmpfsOptions tmpfs = mount.tmpfsOptions();
    if (tmpfs == null) {
      return String.join(",", options);
    }
    if (tmpfs.mode() != 0) {
      options.add("mode=" + Integer.toOctalString(tmpfs.mode()));
    }
    if (tmpfs.sizeBytes() != 0) {
      options.add("size=" + size(tmpfs.sizeBytes()));
    }
    for (List<String> option : tmpfs.options()) {
      String name = option.isEmpty() ? "" : option.getFirst();
      Integer words = LONG_FORM.get(name);
      if (words == null) {
        throw EngineException.invalid(
            "invalid mount config for type \"tmpfs\": invalid option: " + name);
      }
      if (option.size() != words) {
        throw EngineException.invalid(
            "invalid mount config for type \"tmpfs\": invalid option array length: "
                + option.size());
      }
      options.add(name);
    }
    return String.join(",", options);
  }

  /** In the largest unit that keeps it whole. */
  private static String size(long bytes) {
    long value = bytes;
    String unit = "";
    for (String larger : List.of("k", "m", "g")) {
      if (value % 1024 != 0) {
        break;
      }
      value /= 1024;
      unit = larger;
    }
    return value + unit;
  }
}
