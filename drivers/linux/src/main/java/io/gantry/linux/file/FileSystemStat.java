package io.gantry.linux.file;

import io.gantry.linux.ErrnoException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * What {@code statfs(2)} tells of the file system a path is on. Sizes in bytes.
 *
 * @param type its magic number, for instance {@link #OVERLAYFS}
 * @param available to those who are not root
 * @param readOnly whether the mount is
 */
public record FileSystemStat(
    long type,
    long size,
    long free,
    long available,
    long inodes,
    long freeInodes,
    boolean readOnly) {

  public static final long EXT = 0xEF53;
  public static final long XFS = 0x58465342;
  public static final long BTRFS = 0x9123683EL;
  public static final long TMPFS = 0x01021994;
  public static final long OVERLAYFS = 0x794c7630;
  public static final long CGROUP2 = 0x63677270;

  private static final long ST_RDONLY = 1;

  public static FileSystemStat of(Path path) throws ErrnoException {
    byte[] buffer = new byte[256];
    if (LibC.statfs(FileName.toC(path.toString()), buffer) < 0) {
      throw ErrnoException.last("statfs " + path);
    }
    ByteBuffer b = ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder());
    long block = b.getLong(8);
    return new FileSystemStat(
        b.getLong(0) & 0xFFFFFFFFL,
        b.getLong(16) * block,
        b.getLong(24) * block,
        b.getLong(32) * block,
        b.getLong(40),
        b.getLong(48),
        (b.getLong(80) & ST_RDONLY) != 0);
  }
}
