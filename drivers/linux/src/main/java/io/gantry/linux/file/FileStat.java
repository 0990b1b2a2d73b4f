package io.gantry.linux.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What {@code statx(2)} tells of a file.
 *
 * @param mode type and permission bits, as in {@code st_mode}
 * @param device major and minor number of the file system it is on, packed as {@link #packDevice}
 * @param rdev the device a device node stands for, packed likewise
 * @param blocks of 512 bytes it really takes
 * @param mtime seconds since 1970, with {@code mtimeNanos}
 * @param mountId tells mounts of the same file system apart; 0 before Linux 5.8
 */
public record FileStat(
    int mode,
    int uid,
    int gid,
    long links,
    long inode,
    long size,
    long blocks,
    long device,
    long rdev,
    long mtime,
    int mtimeNanos,
    long ctime,
    int ctimeNanos,
    long mountId) {

  public static final int TYPE_MASK = 0xF000;
  public static final int FIFO = 0x1000;
  public static final int CHARACTER_DEVICE = 0x2000;
  public static final int DIRECTORY = 0x4000;
  public static final int BLOCK_DEVICE = 0x6000;
  public static final int REGULAR = 0x8000;
  public static final int SYMBOLIC_LINK = 0xA000;
  public static final int SOCKET = 0xC000;

  static final int BUFFER = 256;

  /** STATX_BASIC_STATS | STATX_MNT_ID. */
  static final int MASK = 0x17ff;

  static FileStat parse(byte[] statx) {
    ByteBuffer b = ByteBuffer.wrap(statx).order(ByteOrder.nativeOrder());
    return new FileStat(
        b.getShort(28) & 0xFFFF,
        b.getInt(20),
        b.getInt(24),
        b.getInt(16) & 0xFFFFFFFFL,
        b.getLong(32),
        b.getLong(40),
        b.getLong(48),
        packDevice(b.getInt(136), b.getInt(140)),
        packDevice(b.getInt(128), b.getInt(132)),
        b.getLong(112),
        b.getInt(120),
        b.getLong(96),
        b.getInt(104),
        b.getLong(144));
  }

  /** {@code makedev(3)} of glibc. */
  public static long packDevice(int major, int minor) {
    long ma = major & 0xFFFFFFFFL;
    long mi = minor & 0xFFFFFFFFL;
    return ((ma & 0xfffff000L) << 32)
        | ((ma & 0xfffL) << 8)
        | ((mi & 0xffffff00L) << 12)
        | (mi & 0xffL);
  }

  public static int major(long device) {
    return (int) (((device >>> 32) & 0xfffff000L) | ((device >>> 8) & 0xfffL));
  }

  public static int minor(long device) {
    return (int) (((device >>> 12) & 0xffffff00L) | (device & 0xffL));
  }

  public int type() {
    return mode & TYPE_MASK;
  }

  public int permissions() {
    return mode & 07777;
  }

  public boolean isDirectory() {
    return type() == DIRECTORY;
  }

  public boolean isRegular() {
    return type() == REGULAR;
  }

  public boolean isSymbolicLink() {
    return type() == SYMBOLIC_LINK;
  }

  public boolean isDevice() {
    return type() == CHARACTER_DEVICE || type() == BLOCK_DEVICE;
  }

  public boolean isSameFile(FileStat other) {
    return inode == other.inode && device == other.device;
  }
}
