package io.gantry.overlay2;

import io.gantry.linux.Errno;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Directory;
import io.gantry.linux.file.DirectoryEntry;
import io.gantry.linux.file.ProjectQuota;
import io.gantry.linux.mount.MountInfo;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Limits on snapshots' sizes: XFS project quotas, one project id a snapshot. Ids follow upon the
 * highest in use and the driver's directory's own, so that several engines on one file system can
 * be given ranges of their own, as with Docker.
 */
final class Quotas {

  private final Path device;
  private final AtomicInteger last;

  private Quotas(Path device, int last) {
    this.device = device;
    this.last = new AtomicInteger(last);
  }

  /** Empty when the file system the driver is on has none. */
  static Optional<Quotas> open(Directory root, Directory snapshots) throws ErrnoException {
    long mountId = root.fd().stat().mountId();
    Optional<MountInfo> mount =
        MountInfo.list().stream()
            .filter(m -> m.id() == mountId && m.type().equals("xfs"))
            .filter(m -> m.superOptions().contains("prjquota"))
            .findFirst();
    if (mount.isEmpty()) {
      return Optional.empty();
    }
    int highest = ProjectQuota.project(root.fd());
    for (DirectoryEntry entry : snapshots.list()) {
      try (Directory snapshot = snapshots.openDirectory(entry.name())) {
        highest = Math.max(highest, ProjectQuota.project(snapshot.fd()));
      } catch (ErrnoException e) {
        if (e.errno() != Errno.ENOENT) {
          throw e;
        }
      }
    }
    return Optional.of(new Quotas(Path.of(mount.get().source()), highest));
  }

  /** Limits what will be made in an empty directory. */
  void limit(Directory snapshot, long bytes) throws ErrnoException {
    int project = last.incrementAndGet();
    ProjectQuota.setProject(snapshot.fd(), project);
    ProjectQuota.setLimit(snapshot.fd(), device, project, bytes);
  }
}
