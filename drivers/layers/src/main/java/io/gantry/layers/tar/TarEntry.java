package io.gantry.layers.tar;

import io.gantry.linux.file.FileName;
import java.util.Map;

/**
 * One entry of a tar: a file and all that is said of it. Names are as in the archive, in the
 * spelling of {@link io.gantry.linux.file.FileName}; nothing is cleaned.
 *
 * @param mode permission bits only
 * @param size of the file, holes included; 0 unless REGULAR
 * @param mtime seconds since 1970
 * @param linkName the target of a symbolic link, or the name in the archive a hard link stands for;
 *     else empty
 * @param xattrs extended attributes by name
 */
public record TarEntry(
    String name,
    TarType type,
    int mode,
    int uid,
    int gid,
    long size,
    long mtime,
    int mtimeNanos,
    String linkName,
    int deviceMajor,
    int deviceMinor,
    Map<String, byte[]> xattrs) {

  public TarEntry {
    xattrs = Map.copyOf(xattrs);
  }

  /** What it counts for in an image's size: the bytes of a file, or of a symbolic link's target. */
  public long contentBytes() {
    return switch (type) {
      case REGULAR -> size;
      case SYMBOLIC_LINK -> FileName.toBytes(linkName).length;
      default -> 0;
    };
  }

  /** A regular file of root's with nothing special: for archives of documents. */
  public static TarEntry file(String name, int mode, long size, long mtime) {
    return new TarEntry(name, TarType.REGULAR, mode, 0, 0, size, mtime, 0, "", 0, 0, Map.of());
  }

  /** A directory of root's with nothing special. */
  public static TarEntry directory(String name, int mode, long mtime) {
    return new TarEntry(name, TarType.DIRECTORY, mode, 0, 0, 0, mtime, 0, "", 0, 0, Map.of());
  }
}
