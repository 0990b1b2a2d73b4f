package io.gantry.overlay2;

import io.gantry.linux.ErrnoException;
import io.gantry.linux.mount.Mounts;
import io.gantry.plugins.DriverContext;
import io.gantry.plugins.DriverException;
import io.gantry.plugins.Host;
import io.gantry.plugins.Probe;
import io.gantry.plugins.storage.StorageDriver;
import io.gantry.plugins.storage.StorageDriverFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes the {@code overlay2} driver. */
public final class Overlay2Factory implements StorageDriverFactory {

  private static final int MIN_KERNEL = 4;
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\..*");

  @Override
  public String name() {
    return "overlay2";
  }

  @Override
  public Probe probe(Host host) {
    if (!Mounts.supports("overlay")) {
      return Probe.no("the kernel has no overlay file system");
    }
    try {
      String backing = Backing.name(host.dataRoot());
      return Backing.isFit(backing)
          ? Probe.yes()
          : Probe.no("overlay2 is not supported over " + backing + " (" + host.dataRoot() + ")");
    } catch (ErrnoException e) {
      return Probe.no(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public StorageDriver open(DriverContext context, Map<String, String> options) {
    Overlay2Options parsed = Overlay2Options.parse(options);
    String release = System.getProperty("os.version", "");
    if (isTooOld(release) && !parsed.overrideKernelCheck()) {
      throw new DriverException(
          DriverException.Kind.SYSTEM,
          "overlay2: kernel "
              + release
              + " is older than 4.0; overlay2.override_kernel_check=true tries it all the same");
    }
    Path root = context.dataDirectory();
    try {
      return Overlay2Driver.open(root, parsed);
    } catch (ErrnoException e) {
      throw new DriverException(
          DriverException.Kind.SYSTEM, "overlay2: cannot open " + root + ": " + e.getMessage(), e);
    }
  }

  static boolean isTooOld(String release) {
    Matcher matcher = RELEASE.matcher(release);
    return matcher.matches() && Integer.parseInt(matcher.group(1)) < MIN_KERNEL;
  }
}
