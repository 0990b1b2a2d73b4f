package io.gantry.linux.file;

/**
 * Flags of {@code open(2)}; those that differ between architectures are chosen at start. {@code
 * O_CLOEXEC} is always added and not listed.
 */
public final class OpenFlag {
  private static final boolean ARM = System.getProperty("os.arch", "").startsWith("aarch64");

  public static final int READ_ONLY = 0;
  public static final int WRITE_ONLY = 1;
  public static final int READ_WRITE = 2;
  public static final int CREATE = 0x40;
  public static final int EXCLUSIVE = 0x80;
  public static final int TRUNCATE = 0x200;
  public static final int APPEND = 0x400;
  public static final int NON_BLOCKING = 0x800;
  public static final int NO_CONTROLLING_TTY = 0x100;

  /** Fail unless it is a directory. */
  public static final int DIRECTORY = ARM ? 0x4000 : 0x10000;

  /**
   * Fail with {@code ELOOP} when the last component is a symbolic link (with {@link #PATH}: open
   * the link itself).
   */
  public static final int NO_FOLLOW = ARM ? 0x8000 : 0x20000;

  /** Only a place in the tree; nothing is read and no device is touched. */
  public static final int PATH = 0x200000;

  static final int CLOSE_ON_EXEC = 0x80000;

  private OpenFlag() {}
}
