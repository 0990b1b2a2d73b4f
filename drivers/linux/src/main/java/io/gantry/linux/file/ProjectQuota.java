package io.gantry.linux.file;

import com.sun.jna.Native;
import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/**
 * Limits on what a directory tree may take, by project ids, on XFS mounted with {@code pquota}
 * ({@code xfs_quota(8)}, {@code quotactl(2)}): a tree whose top directory has a project id hands it
 * down to all that is made in it, and the id has a limit.
 */
public final class ProjectQuota {

  private static final int FS_IOC_FSGETXATTR = 0x801c581f;
  private static final int FS_IOC_FSSETXATTR = 0x401c5820;
  private static final int PROJECT_INHERIT = 0x200;
  private static final int XATTR_SIZE = 28;
  private static final int XATTR_PROJECT = 12;
  private static final int SYS_QUOTACTL_FD = 443;
  private static final int SET_LIMIT_PROJECT = 0x5804 << 8 | 2; // QCMD(Q_XSETQLIM, PRJQUOTA)
  private static final int QUOTA_SIZE = 112;
  private static final byte VERSION = 1;
  private static final byte PROJECT_QUOTA = 2;
  private static final short SOFT_AND_HARD_BLOCKS = 1 << 2 | 1 << 3;
  private static final int SECTOR = 512;

  private ProjectQuota() {}

  /** The project a file belongs to; 0 for none. */
  public static int project(Fd file) throws ErrnoException {
    return fields(attributes(file)).getInt(XATTR_PROJECT);
  }

  /** What is made in the directory from now on belongs to the project, as the directory itself. */
  public static void setProject(Fd directory, int project) throws ErrnoException {
    byte[] attributes = attributes(directory);
    ByteBuffer fields = fields(attributes);
    fields.putInt(0, fields.getInt(0) | PROJECT_INHERIT);
    fields.putInt(XATTR_PROJECT, project);
    if (LibC.ioctl(directory.number(), FS_IOC_FSSETXATTR, attributes) < 0) {
      throw ErrnoException.last("set project of " + directory.name());
    }
  }

  /**
   * @param file any open on the file system
   * @param device the block device it is on, for kernels before 5.14
   * @param bytes rounded up to 512
   */
  public static void setLimit(Fd file, Path device, int project, long bytes) throws ErrnoException {
    byte[] quota = new byte[QUOTA_SIZE];
    long sectors = (bytes + SECTOR - 1) / SECTOR;
    ByteBuffer.wrap(quota)
        .order(ByteOrder.nativeOrder())
        .put(VERSION)
        .put(PROJECT_QUOTA)
        .putShort(SOFT_AND_HARD_BLOCKS)
        .putInt(project)
        .putLong(sectors)
        .putLong(sectors);
    long result = LibC.syscall(SYS_QUOTACTL_FD, file.number(), SET_LIMIT_PROJECT, project, quota);
    if (result < 0 && Native.getLastError() == Errno.ENOSYS) {
      result = LibC.quotactl(SET_LIMIT_PROJECT, FileName.toC(device.toString()), project, quota);
    }
    if (result < 0) {
      throw ErrnoException.last(
          "limit project " + project + " on the file system of " + file.name());
    }
  }

  private static byte[] attributes(Fd file) throws ErrnoException {
    byte[] attributes = new byte[XATTR_SIZE];
    if (LibC.ioctl(file.number(), FS_IOC_FSGETXATTR, attributes) < 0) {
      throw ErrnoException.last("read project of " + file.name());
    }
    return attributes;
  }

  private static ByteBuffer fields(byte[] attributes) {
    return ByteBuffer.wrap(attributes).order(ByteOrder.nativeOrder());
  }
}
