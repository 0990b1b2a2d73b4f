package io.gantry.linux.mount;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Options as in fstab, sorted into what {@code mount(2)} takes as flags, propagation, and what is
 * the file system's own.
 *
 * @param flags the {@code MS_*} bits
 * @param recursiveReadOnly {@code rro}: read-only with all mounts below
 * @param propagation a change to make once it is mounted, as {@code MS_*} bits; 0 for none
 * @param data the file system's own options, one an element
 */
record MountOptions(long flags, boolean recursiveReadOnly, long propagation, List<String> data) {

  static final long READ_ONLY = 1;
  static final long REMOUNT = 1 << 5;
  static final long BIND = 1 << 12;
  static final long RECURSIVE = 1 << 14;

  private record Bits(long set, long cleared) {}

  private static final Map<String, Bits> FLAGS =
      Map.ofEntries(
          set("ro", READ_ONLY),
          clear("rw", READ_ONLY),
          set("nosuid", 1 << 1),
          clear("suid", 1 << 1),
          set("nodev", 1 << 2),
          clear("dev", 1 << 2),
          set("noexec", 1 << 3),
          clear("exec", 1 << 3),
          set("sync", 1 << 4),
          clear("async", 1 << 4),
          set("remount", REMOUNT),
          set("mand", 1 << 6),
          clear("nomand", 1 << 6),
          set("dirsync", 1 << 7),
          set("nosymfollow", 1 << 8),
          set("noatime", 1 << 10),
          clear("atime", 1 << 10),
          set("nodiratime", 1 << 11),
          clear("diratime", 1 << 11),
          set("bind", BIND),
          set("rbind", BIND | RECURSIVE),
          set("silent", 1 << 15),
          clear("loud", 1 << 15),
          set("relatime", 1 << 21),
          clear("norelatime", 1 << 21),
          set("strictatime", 1 << 24),
          clear("nostrictatime", 1 << 24),
          set("lazytime", 1 << 25),
          clear("nolazytime", 1 << 25),
          set("defaults", 0));

  static MountOptions parse(List<String> options) {
    long flags = 0;
    boolean recursiveReadOnly = false;
    long propagation = 0;
    List<String> data = new ArrayList<>();
    for (String option : options) {
      Bits bits = FLAGS.get(option);
      Optional<Long> spread = propagation(option);
      if (bits != null) {
        flags = (flags & ~bits.cleared) | bits.set;
      } else if (option.equals("rro")) {
        recursiveReadOnly = true;
      } else if (spread.isPresent()) {
        propagation = spread.get();
      } else if (!option.isEmpty()) {
        data.add(option);
      }
    }
    return new MountOptions(flags, recursiveReadOnly, propagation, List.copyOf(data));
  }

  boolean isBind() {
    return (flags & BIND) != 0;
  }

  /** What a bind mount takes over from its source unless it is mounted once more. */
  long flagsToRemount() {
    return flags & ~(BIND | RECURSIVE | REMOUNT);
  }

  private static Optional<Long> propagation(String option) {
    return switch (option) {
      case "private" -> Optional.of(Propagation.PRIVATE.flag);
      case "rprivate" -> Optional.of(Propagation.PRIVATE.flag | RECURSIVE);
      case "slave" -> Optional.of(Propagation.SLAVE.flag);
      case "rslave" -> Optional.of(Propagation.SLAVE.flag | RECURSIVE);
      case "shared" -> Optional.of(Propagation.SHARED.flag);
      case "rshared" -> Optional.of(Propagation.SHARED.flag | RECURSIVE);
      case "unbindable" -> Optional.of(Propagation.UNBINDABLE.flag);
      case "runbindable" -> Optional.of(Propagation.UNBINDABLE.flag | RECURSIVE);
      default -> Optional.empty();
    };
  }

  private static Map.Entry<String, Bits> set(String name, long bits) {
    return Map.entry(name, new Bits(bits, 0));
  }

  private static Map.Entry<String, Bits> clear(String name, long bits) {
    return Map.entry(name, new Bits(0, bits));
  }
}
