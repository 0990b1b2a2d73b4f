package io.gantry.linux.file;

import io.gantry.linux.ErrnoException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Flags some file systems keep with a file ({@code ioctl_iflags(2)}, {@code chattr(1)}). */
public final class InodeFlags {

  /**
   * {@code chattr +T}: the directories in this one have nothing to do with each other. ext4 then
   * spreads them over the disk, instead of making all their files find room in the same corner.
   */
  public static final int TOP_DIRECTORY = 0x20000;

  private static final long GET = 0x80086601L;
  private static final long SET = 0x40086602L;

  private InodeFlags() {}

  /**
   * Sets flags in addition to those that are set. Fails with {@code ENOTTY}, {@code EOPNOTSUPP} or
   * {@code EINVAL} where the file system has no such thing.
   */
  public static void add(Fd file, int flags) throws ErrnoException {
    byte[] buffer = new byte[8];
    if (LibC.ioctl(file.number(), GET, buffer) < 0) {
      throw ErrnoException.last("read the flags of " + file.name());
    }
    ByteBuffer value = ByteBuffer.wrap(buffer).order(ByteOrder.nativeOrder());
    if ((value.getInt(0) & flags) != flags) {
      value.putInt(0, value.getInt(0) | flags);
      if (LibC.ioctl(file.number(), SET, buffer) < 0) {
        throw ErrnoException.last("set the flags of " + file.name());
      }
    }
  }
}
