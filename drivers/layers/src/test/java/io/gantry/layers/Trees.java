package io.gantry.layers;

import com.sun.jna.Memory;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.FileTimes;
import io.gantry.linux.file.OpenFlag;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Trees to test with: describing all there is to say of one, and making and changing them at
 * random.
 */
final class Trees {

  private Trees() {}

  /** Path → all attributes and what is in it. Files that are one have the first one's path. */
  static SortedMap<String, String> describe(Path root) throws IOException {
    SortedMap<String, String> description = new TreeMap<>();
    Map<Long, String> linked = new HashMap<>();
    try (Directory directory = Directory.open(root)) {
      describe(directory, "", description, linked::putIfAbsent);
    }
    return description;
  }

  /** The same, each name of a file on its own. */
  static SortedMap<String, String> describeNames(Path root) throws IOException {
    SortedMap<String, String> description = new TreeMap<>();
    try (Directory directory = Directory.open(root)) {
      describe(directory, "", description, (inode, path) -> null);
    }
    return description;
  }

  private static void describe(
      Directory directory,
      String path,
      Map<String, String> to,
      BiFunction<Long, String, @Nullable String> linked)
      throws IOException {
    FileStat self = directory.fd().stat();
    to.put(path + "/", attributes(directory, ".", self) + time(self));
    for (DirectoryEntry entry :
        directory.list().stream().sorted(Comparator.comparing(DirectoryEntry::name)).toList()) {
      String child = path + "/" + entry.name();
      FileStat stat = directory.stat(entry.name());
      if (stat.isDirectory()) {
        try (Directory below = directory.openDirectory(entry.name())) {
          describe(below, child, to, linked);
        }
        continue;
      }
      String first = linked.apply(stat.inode(), child);
      String text = attributes(directory, entry.name(), stat) + time(stat);
      if (first != null) {
        text += " = " + first;
      } else if (stat.isRegular()) {
        text += " " + stat.size() + " " + checksum(directory, entry.name());
      } else if (stat.isSymbolicLink()) {
        text += " -> " + directory.readLink(entry.name());
      } else {
        text += " dev " + stat.rdev();
      }
      to.put(child, text);
    }
  }

  private static String time(FileStat stat) {
    return " " + stat.mtime() + "." + stat.mtimeNanos();
  }

  private static String attributes(Directory directory, String name, FileStat stat)
      throws IOException {
    SortedMap<String, String> xattrs = new TreeMap<>();
    for (String xattr : directory.xattrs(name).names()) {
      if (!xattr.startsWith("trusted.overlay.")) {
        xattrs.put(
            xattr, HexFormat.of().formatHex(directory.xattrs(name).get(xattr).orElseThrow()));
      }
    }
    return Integer.toOctalString(stat.mode()) + " " + stat.uid() + ":" + stat.gid() + xattrs;
  }

  private static long checksum(Directory directory, String name) throws IOException {
    CRC32 crc = new CRC32();
    try (Fd fd = directory.open(name, OpenFlag.READ_ONLY, 0);
        Memory memory = new Memory(65536)) {
      int n;
      while ((n = fd.read(memory, 65536)) > 0) {
        crc.update(memory.getByteArray(0, n));
      }
    }
    return crc.getValue();
  }

  static void write(Directory directory, String name, byte[] content) throws IOException {
    int flags = OpenFlag.WRITE_ONLY | OpenFlag.CREATE | OpenFlag.TRUNCATE;
    try (Fd fd = directory.open(name, flags, 0644);
        Memory memory = new Memory(Math.max(1, content.length))) {
      memory.write(0, content, 0, content.length);
      fd.write(memory, content.length);
    }
  }

  /** Names no shell likes, names that are not UTF-8, and long ones. */
  private static String name(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> "\u00fc\u2603" + random.nextInt(4);
      case 1 -> "\udcff\udc80" + random.nextInt(4);
      case 2 -> "x".repeat(120) + random.nextInt(4);
      case 3 -> "sp ace\n\\" + random.nextInt(4);
      default -> "n" + random.nextInt(10);
    };
  }

  /** Makes, replaces, changes and deletes names of a directory and of those below it. */
  static void mutate(Directory directory, Random random, int depth) throws IOException {
    int count = random.nextInt(10);
    for (int i = 0; i < count; i++) {
      String name = name(random);
      if (random.nextInt(4) == 0) {
        directory.deleteTree(name);
      }
      if (directory.find(name).isEmpty()) {
        make(directory, name, random);
      }
      FileStat stat = directory.stat(name);
      if (stat.isDirectory() && depth < 4) {
        try (Directory below = directory.openDirectory(name)) {
          mutate(below, random, depth + 1);
        }
      }
      if (random.nextInt(2) == 0 && directory.find(name).isPresent()) {
        change(directory, name, stat, random);
      }
    }
  }

  private static void make(Directory directory, String name, Random random) throws IOException {
    switch (random.nextInt(10)) {
      case 0, 1, 2 -> directory.makeDirectory(name, 0755);
      case 3 ->
          directory.makeSymbolicLink(name, "../" + name(random) + "/x".repeat(random.nextInt(80)));
      case 4 -> directory.makeNode(name, FileStat.FIFO | 0640, 0);
      case 5 ->
          directory.makeNode(
              name, FileStat.CHARACTER_DEVICE | 0600, FileStat.packDevice(300, 70000));
      case 6 -> {
        String other = name(random);
        boolean linkable = directory.find(other).filter(s -> !s.isDirectory()).isPresent();
        if (linkable) {
          directory.makeLink(name, directory, other);
        } else {
          write(directory, name, new byte[0]);
        }
      }
      default -> {
        byte[] content = new byte[random.nextInt(5) == 0 ? 300_000 : random.nextInt(2000)];
        random.nextBytes(content);
        if (content.length > 100_000) {
          Arrays.fill(content, 4096, 200_000, (byte) 0);
        }
        write(directory, name, content);
      }
    }
  }

  private static void change(Directory directory, String name, FileStat stat, Random random)
      throws IOException {
    directory.chown(name, random.nextInt(3_000_000), random.nextInt(70_000));
    if (!stat.isSymbolicLink()) {
      directory.chmod(name, random.nextInt(010000));
    }
    if (stat.isRegular() || stat.isDirectory()) {
      byte[] value = new byte[random.nextInt(40)];
      random.nextBytes(value);
      directory.xattrs(name).set("user.t" + random.nextInt(3), value);
    }
    if (stat.isRegular() && random.nextInt(3) == 0) {
      directory.xattrs(name).set("security.capability", CAP_NET_RAW);
    }
    directory.setTimes(
        name,
        FileTimes.both(
            random.nextLong(-1_000_000_000L, 4_000_000_000L), random.nextInt(1_000_000_000)));
  }

  /** {@code cap_net_raw=ep} as {@code setcap} writes it. */
  static final byte[] CAP_NET_RAW =
      HexFormat.of().parseHex("0100000200200000000000000000000000000000");
}
