package io.gantry.container.spec;

import io.gantry.error.EngineException;
import io.gantry.linux.ErrnoException;
import io.gantry.linux.file.Fd;
import io.gantry.linux.file.FileStat;
import io.gantry.linux.file.OpenFlag;
import java.nio.file.Path;
import java.util.List;

/** What the host has in devices; tests have another. */
interface DeviceLookup {

  /** See {@link DeviceNode#find}. */
  List<DeviceNode> find(String path);

  /** Every device of the host. */
  List<DeviceNode> all();

  /** Major and minor number of a block device, for its I/O limits. */
  int[] numbers(String path);

  /** This host's. */
  DeviceLookup HOST =
      new DeviceLookup() {
        @Override
        public List<DeviceNode> find(String path) {
          return DeviceNode.find(path);
        }

        @Override
        public List<DeviceNode> all() {
          try {
            return DeviceNode.below(Path.of("/dev"));
          } catch (ErrnoException e) {
            throw EngineException.system("cannot list the host's devices: " + e.getMessage(), e);
          }
        }

        @Override
        public int[] numbers(String path) {
          try (Fd fd = Fd.open(path, OpenFlag.PATH)) {
            long device = fd.stat().rdev();
            return new int[] {FileStat.major(device), FileStat.minor(device)};
          } catch (ErrnoException e) {
            throw EngineException.system("stat %s: %s".formatted(path, e.reason()), e);
          }
        }
      };
}
