package io.gantry.container.spec;

import io.gantry.config.DaemonOptions;
import io.gantry.container.Container;
import io.gantry.container.exec.ExecConfig;
import java.nio.file.Path;

/** Signatures only for the moment. */
public final class ExecProcess {

  public ExecProcess(HostFacts facts, DaemonOptions.Containers defaults) {
    throw new UnsupportedOperationException("" + facts + defaults);
  }

  /** The OCI {@code process} object of a further process in a running container. */
  public String build(Container container, ExecConfig config, Path rootfs) {
    throw new UnsupportedOperationException("" + container + config + rootfs);
  }
}
