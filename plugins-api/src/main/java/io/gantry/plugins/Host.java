package io.gantry.plugins;

import java.nio.file.Path;
import java.util.Set;

/**
 * What a driver may need to know of the host before it is opened.
 *
 * @param kernelRelease as {@code uname -r} prints it
 * @param architecture in Go's spelling, for instance {@code amd64}
 * @param filesystems the file systems the kernel knows now, from {@code /proc/filesystems}
 * @param dataRoot the daemon's data root; it exists
 */
public record Host(
    String kernelRelease, String architecture, Set<String> filesystems, Path dataRoot) {

  public Host {
    filesystems = Set.copyOf(filesystems);
  }
}
