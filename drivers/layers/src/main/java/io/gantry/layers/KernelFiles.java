package io.gantry.layers;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.FileSystemStat;
import java.nio.file.Path;
import java.util.Set;

/**
 * Tells file systems that hold no files but views of the kernel: without end for a reader, and
 * switches of the host for a writer with the engine's privileges.
 */
final class KernelFiles {

  /**
   * proc, sysfs, cgroup, cgroup2, devpts, mqueue, securityfs, debugfs, tracefs, bpf, pstore
   * (linux/magic.h).
   */
  private static final Set<Long> TYPES =
      Set.of(
          0x9fa0L,
          0x62656572L,
          0x27e0ebL,
          FileSystemStat.CGROUP2,
          0x1cd1L,
          0x19800202L,
          0x73636673L,
          0x64626720L,
          0x74726163L,
          0xcafe4a11L,
          0x6165676CL);

  private KernelFiles() {}

  /** Whether an open file is of the kernel. */
  static boolean include(Fd file) throws ErrnoException {
    return TYPES.contains(FileSystemStat.of(Path.of(file.procPath())).type());
  }

  /**
   * Whether an open file is of the kernel.
   *
   * @param known a file that is not: no second look is taken at what is on the same file system
   */
  static boolean include(Fd file, FileStat known) throws ErrnoException {
    return file.stat().device() != known.device() && include(file);
  }
}
